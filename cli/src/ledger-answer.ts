import { type AdminAnswer, type AdminUrl, type AnswerSchema, askAdminText, readAnswer } from './admin-answer.ts';

export type AskLedger = {
  json<Body>(path: string, schema: AnswerSchema<Body>): Promise<AdminAnswer<Body>>;
  text(path: string): Promise<AdminAnswer<string>>;
};

/** Asks a utils service for its books. What it refuses, and that nobody answers, is one sentence. */
export const askLedgerAt = (at: AdminUrl): AskLedger => {
  const text = (path: string) => askAdminText(at, 'GET', `/ledger${path}`);
  return {
    text,
    json: async (path, schema) => readAnswer(await text(path), schema, `What answers at ${at.url} is no ledger.`),
  };
};
