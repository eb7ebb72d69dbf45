import { problem } from '@tiffin/contracts/problem';

const ANSWER_MS = 120_000;

export type LedgerAnswer<Body> = { kind: 'answer'; body: Body } | { kind: 'problem'; message: string };

type Schema<Body> = { safeParse(json: unknown): { success: true; data: Body } | { success: false } };

export type AskLedger = {
  json<Body>(path: string, schema: Schema<Body>): Promise<LedgerAnswer<Body>>;
  text(path: string): Promise<LedgerAnswer<string>>;
};

/** Asks a utils service for its books. What it refuses, and that nobody answers, is one sentence. */
export const askLedgerAt = ({ url, token }: { url: string; token: string }): AskLedger => {
  const ask = async (path: string): Promise<LedgerAnswer<string>> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/admin/ledger${path}`, {
      headers,
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => undefined);
    const body = await response?.text().catch(() => undefined);
    if (!response || body === undefined) return { kind: 'problem', message: `Nobody answers at ${url}.` };
    return response.ok ? { kind: 'answer', body } : { kind: 'problem', message: refusal(response.status, body) };
  };
  return {
    text: ask,
    json: async (path, schema) => {
      const answer = await ask(path);
      if (answer.kind === 'problem') return answer;
      const read = schema.safeParse(parsed(answer.body));
      return read.success
        ? { kind: 'answer', body: read.data }
        : { kind: 'problem', message: `What answers at ${url} is no ledger.` };
    },
  };
};

const refusal = (status: number, body: string): string => {
  const { data } = problem.safeParse(parsed(body));
  const errors = (data?.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
  return [data?.detail ?? `It was answered ${status}.`, ...errors].join(' ');
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
