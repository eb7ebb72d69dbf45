import { z } from 'zod';
import type { ReplayRequest } from './replay-request.ts';

const ANSWER_WITHIN_MS = 30_000;

const item = z.object({
  id: z.string(),
  event: z.string(),
  orderId: z.string(),
  createdAt: z.string(),
  state: z.string(),
  attempts: z.int(),
  acknowledged: z.boolean(),
  answer: z.string().nullable(),
});
export type StoredWebhookItem = z.infer<typeof item>;
const page = z.object({ items: z.array(item), nextCursor: z.string().nullable() });
const replay = z.object({
  replayed: z.array(z.string()),
  skipped: z.array(z.object({ id: z.string(), reason: z.string() })),
});
const refusal = z.object({ error: z.object({ description: z.string() }) });

export type GatewayAnswer =
  | { readonly kind: 'listed'; readonly items: readonly StoredWebhookItem[] }
  | ({ readonly kind: 'replayed' } & z.infer<typeof replay>)
  /** The gateway understood and said no. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'nobody'; readonly message: string };

type Asked = Omit<ReplayRequest, 'kind' | 'url' | 'data'>;

/** Lists or replays at the controls of a running fake, over HTTP as everybody does. */
export const askGateway = async (url: string, { action, what, force }: Asked): Promise<GatewayAnswer> => {
  if (action === 'list') return listAll(url, what.kind === 'order' ? { orderId: what.orderId } : {});
  if (what.kind === 'everything') return replayAt(url, { unacknowledged: true, force });
  if (what.kind === 'ids') return replayAt(url, { ids: what.ids, force });

  const listed = await listAll(url, { orderId: what.orderId, ...(force ? {} : { acknowledged: 'false' }) });
  if (listed.kind !== 'listed') return listed;
  const ids = listed.items.map(({ id }) => id);
  return ids.length === 0 ? { kind: 'replayed', replayed: [], skipped: [] } : replayAt(url, { ids, force });
};

const listAll = async (url: string, filter: Record<string, string>): Promise<GatewayAnswer> => {
  const items: StoredWebhookItem[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: '500', ...filter, ...(cursor === null ? {} : { cursor }) });
    const answer: Reply<z.infer<typeof page>> = await ask(`${url}/_control/webhooks?${query}`, page);
    if (answer.kind !== 'answered') return answer;
    items.push(...answer.body.items);
    cursor = answer.body.nextCursor;
  } while (cursor !== null);
  return { kind: 'listed', items };
};

const replayAt = async (url: string, body: object): Promise<GatewayAnswer> => {
  const answer = await ask(`${url}/_control/webhooks/replay`, replay, body);
  return answer.kind === 'answered' ? { kind: 'replayed', ...answer.body } : answer;
};

type Reply<T> =
  | { readonly kind: 'answered'; readonly body: T }
  | Extract<GatewayAnswer, { kind: 'refused' | 'nobody' }>;

const ask = async <T>(address: string, schema: z.ZodType<T>, body?: object): Promise<Reply<T>> => {
  const { origin } = new URL(address);
  const nobody = { kind: 'nobody', message: `No fake Razorpay answers at ${origin}.` } as const;
  const sent = {
    redirect: 'manual' as const,
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  };
  const answer: unknown = await fetch(address, sent).then(
    (response) => response.json().catch(() => undefined),
    () => undefined,
  );
  const right = schema.safeParse(answer);
  if (right.success) return { kind: 'answered', body: right.data };
  const said = refusal.safeParse(answer);
  return said.success ? { kind: 'refused', message: said.data.error.description } : nobody;
};
