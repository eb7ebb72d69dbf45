import type { Bindable, Database } from '../ledger/database.ts';

/**
 * `pending`: to be delivered · `delivered`: answered with 2xx · `dropped`: not sent, the webhook was switched off ·
 * `given-up`: failed through the whole retry window.
 */
export type WebhookState = 'pending' | 'delivered' | 'dropped' | 'given-up';

export interface StoredWebhook {
  readonly seq: number;
  readonly eventId: string;
  readonly event: string;
  readonly body: string;
  /** The secret of the day the event was made: retries of older events keep the old one. */
  readonly secret: string;
  readonly createdMs: number;
  readonly state: WebhookState;
  readonly attempts: number;
  readonly nextMs: number;
  /** What the receiver did at the last try: a status, or why there was none. */
  readonly answer: string | null;
}

export type WebhookSummary = Omit<StoredWebhook, 'body' | 'secret'>;

const COLUMNS = 'seq, event_id AS eventId, event, created_ms AS createdMs, state, attempts, next_ms AS nextMs, answer';

/** Every webhook ever made, with its exact bytes: what retries and replays send again. */
export const createOutbox = (database: Database) => {
  const sql = {
    add: database.prepare<{ seq: number }>(
      'INSERT INTO webhooks (event_id, event, body, secret, created_ms, state, attempts, next_ms) VALUES (?, ?, ?, ?, ?, ?, 0, ?) RETURNING seq',
    ),
    find: database.prepare<StoredWebhook>(`SELECT ${COLUMNS}, body, secret FROM webhooks WHERE seq = ?`),
    pending: database.prepare<{ seq: number; nextMs: number }>(
      "SELECT seq, next_ms AS nextMs FROM webhooks WHERE state = 'pending' ORDER BY seq",
    ),
    settle: database.prepare('UPDATE webhooks SET state = ?, attempts = ?, next_ms = ?, answer = ? WHERE seq = ?'),
    dropPending: database.prepare("UPDATE webhooks SET state = 'dropped' WHERE state = 'pending'"),
    replay: database.prepare(
      "UPDATE webhooks SET state = 'pending', attempts = 0, created_ms = ?, next_ms = ?, secret = ? WHERE state IN ('dropped', 'given-up')",
    ),
    all: database.prepare<WebhookSummary>(`SELECT ${COLUMNS} FROM webhooks ORDER BY seq`),
    clear: database.prepare('DELETE FROM webhooks'),
  };
  const settle = (webhook: StoredWebhook, state: WebhookState, nextMs: number, answer: Bindable) =>
    sql.settle.run([state, webhook.attempts + 1, nextMs, answer, webhook.seq]);

  return {
    add: (webhook: Omit<StoredWebhook, 'seq' | 'attempts' | 'answer'>): number => {
      const { eventId, event, body, secret, createdMs, state, nextMs } = webhook;
      const row = sql.add.get([eventId, event, body, secret, createdMs, state, nextMs]);
      if (row === undefined) throw new Error('The outbox gave no number to a webhook it took.');
      return row.seq;
    },
    find: (seq: number) => sql.find.get([seq]),
    pending: () => sql.pending.all([]),
    delivered: (webhook: StoredWebhook, answer: string) => settle(webhook, 'delivered', webhook.nextMs, answer),
    postponed: (webhook: StoredWebhook, nextMs: number, answer: string) => settle(webhook, 'pending', nextMs, answer),
    givenUp: (webhook: StoredWebhook, answer: string) => settle(webhook, 'given-up', webhook.nextMs, answer),
    dropPending: () => sql.dropPending.run([]),
    /** Makes everything unacknowledged pending again, signed with the current secret, with a fresh retry window. */
    replay: (secret: string, nowMs: number) => sql.replay.run([nowMs, nowMs, secret]),
    all: () => sql.all.all([]),
    clear: () => sql.clear.run([]),
  };
};

export type Outbox = ReturnType<typeof createOutbox>;
