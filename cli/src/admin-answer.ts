import { problem } from '@tiffin/contracts/problem';

const ANSWER_MS = 120_000;

export type AdminAnswer<Body> = { kind: 'answer'; body: Body } | { kind: 'problem'; message: string };
export type AdminUrl = { readonly url: string; readonly token: string };
export type AnswerSchema<Body> = { safeParse(json: unknown): { success: true; data: Body } | { success: false } };

export type AskAdmin = <Body>(
  method: 'GET' | 'POST',
  path: string,
  schema: AnswerSchema<Body>,
  body?: object,
) => Promise<AdminAnswer<Body>>;

/** What a utils service answers below `/admin`, as text. What it refuses, and that nobody answers, is one sentence. */
export const askAdminText = async (
  { url, token }: AdminUrl,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<AdminAnswer<string>> => {
  const response = await fetch(`${url}/admin${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  if (!response || text === undefined) return { kind: 'problem', message: `Nobody answers at ${url}.` };
  return response.ok ? { kind: 'answer', body: text } : { kind: 'problem', message: refusal(response.status, text) };
};

/** An answer's text as what the schema reads; `otherwise` says what it is if it is not that. */
export const readAnswer = <Body>(
  answer: AdminAnswer<string>,
  schema: AnswerSchema<Body>,
  otherwise: string,
): AdminAnswer<Body> => {
  if (answer.kind === 'problem') return answer;
  const read = schema.safeParse(parsed(answer.body));
  return read.success ? { kind: 'answer', body: read.data } : { kind: 'problem', message: otherwise };
};

/** Asks a utils service below `/admin` for JSON. */
export const askAdminAt =
  (at: AdminUrl): AskAdmin =>
  async (method, path, schema, body) =>
    readAnswer(
      await askAdminText(at, method, path, body),
      schema,
      `What answers at ${at.url} is no utils service of this version.`,
    );

const refusal = (status: number, text: string): string => {
  const { data } = problem.safeParse(parsed(text));
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
