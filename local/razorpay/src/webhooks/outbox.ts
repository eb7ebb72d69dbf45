import type { Database } from '../ledger/database.ts';

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

export type NewWebhook = Omit<StoredWebhook, 'seq' | 'attempts' | 'answer'>;
export type WebhookSummary = Omit<StoredWebhook, 'body' | 'secret'>;

const COLUMNS = 'seq, event_id AS eventId, event, created_ms AS createdMs, state, attempts, next_ms AS nextMs, answer';

const FLUSH_AFTER_MS = 20;

/** Every webhook ever made, with its exact bytes: what retries and replays send again. */
export const createOutbox = (database: Database) => {
  const sql = {
    add: database.prepare(
      'INSERT INTO webhooks (event_id, event, body, secret, created_ms, state, attempts, next_ms) VALUES (?, ?, ?, ?, ?, ?, 0, ?)',
    ),
    pending: database.prepare<StoredWebhook>(
      `SELECT ${COLUMNS}, body, secret FROM webhooks WHERE state = 'pending' ORDER BY seq`,
    ),
    save: database.prepare('UPDATE webhooks SET state = ?, attempts = ?, next_ms = ?, answer = ? WHERE seq = ?'),
    dropPending: database.prepare("UPDATE webhooks SET state = 'dropped' WHERE state = 'pending'"),
    all: database.prepare<WebhookSummary>(`SELECT ${COLUMNS} FROM webhooks ORDER BY seq`),
    clear: database.prepare('DELETE FROM webhooks'),
  };
  let unsaved: StoredWebhook[] = [];
  let flushing: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(flushing);
    flushing = undefined;
    if (unsaved.length === 0) return;
    database.transaction(() => {
      for (const { state, attempts, nextMs, answer, seq } of unsaved) {
        sql.save.run([state, attempts, nextMs, answer, seq]);
      }
    });
    unsaved = [];
  };

  return {
    add: (webhook: NewWebhook): StoredWebhook => {
      const { eventId, event, body, secret, createdMs, state, nextMs } = webhook;
      const seq = sql.add.run([eventId, event, body, secret, createdMs, state, nextMs]);
      return { ...webhook, seq, attempts: 0, answer: null };
    },
    /**
     * Keeps what a try has changed, soon: tries that end together share one write. A crash before it forgets only that
     * they were made, so a webhook is sent once more, which a receiver must bear anyway.
     */
    save: (webhook: StoredWebhook): void => {
      unsaved.push(webhook);
      flushing ??= setTimeout(flush, FLUSH_AFTER_MS);
    },
    /** Writes what is still to be kept. Call it before a transaction that touches webhooks, and at the end. */
    flush,
    pending: () => sql.pending.all([]),
    dropPending: () => sql.dropPending.run([]),
    all: () => {
      flush();
      return sql.all.all([]);
    },
    clear: () => sql.clear.run([]),
  };
};

export type Outbox = ReturnType<typeof createOutbox>;
