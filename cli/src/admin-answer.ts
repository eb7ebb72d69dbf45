import { problem } from '@tiffin/contracts/problem';

const ANSWER_MS = 120_000;

export type AdminAnswer<Body> = { kind: 'answer'; body: Body } | { kind: 'problem'; message: string };

type Schema<Body> = { safeParse(json: unknown): { success: true; data: Body } | { success: false } };

export type AskAdmin = <Body>(
  method: 'GET' | 'POST',
  path: string,
  schema: Schema<Body>,
  body?: object,
) => Promise<AdminAnswer<Body>>;

/** Asks a utils service below `/admin`. What it refuses, and that nobody answers, is one sentence. */
export const askAdminAt =
  ({ url, token }: { url: string; token: string }): AskAdmin =>
  async (method, path, schema, body) => {
    const response = await fetch(`${url}/admin${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => undefined);
    if (!response) return { kind: 'problem', message: `Nobody answers at ${url}.` };
    const json: unknown = await response.json().catch(() => undefined);
    if (!response.ok) return { kind: 'problem', message: refusal(response.status, json) };
    const read = schema.safeParse(json);
    return read.success
      ? { kind: 'answer', body: read.data }
      : { kind: 'problem', message: `What answers at ${url} is no utils service of this version.` };
  };

const refusal = (status: number, json: unknown): string => {
  const { data } = problem.safeParse(json);
  const errors = (data?.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
  return [data?.detail ?? `It was answered ${status}.`, ...errors].join(' ');
};
