import type { Database } from '../ledger/database.ts';
import type { Outbox, StoredWebhook, WebhookState } from './outbox.ts';

export interface WebhookFilter {
  /** The id of the last event of the page before; that of no event gives an empty page. */
  readonly cursor: string | undefined;
  readonly limit: number;
  readonly event: string | undefined;
  readonly orderId: string | undefined;
  readonly acknowledged: boolean | undefined;
}

/** One event of the archive, as `GET /_control/webhooks` lists it. */
export interface ArchivedWebhook {
  readonly id: string;
  readonly event: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly createdAt: string;
  readonly state: WebhookState;
  /** All tries, those before a replay too. */
  readonly attempts: number;
  /** The last sending of it was answered with 2xx. */
  readonly acknowledged: boolean;
  readonly answer: string | null;
  readonly bytes: number;
}

/** What decides whether an event may be replayed. */
export interface ReplayCandidate {
  readonly seq: number;
  readonly eventId: string;
  readonly state: WebhookState;
  /** When the event was made: what its body says, however often it was replayed since. */
  readonly createdS: number;
}

interface ArchiveRow {
  readonly seq: number;
  readonly id: string;
  readonly event: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly createdS: number;
  readonly state: WebhookState;
  readonly attempts: number;
  readonly answer: string | null;
  readonly bytes: number;
}

// Every event carries its payment, and the payment its order.
const ORDER_ID = "json_extract(body, '$.payload.payment.entity.order_id')";
const PAYMENT_ID = "json_extract(body, '$.payload.payment.entity.id')";
const CREATED_S = "json_extract(body, '$.created_at')";
const CANDIDATE = `SELECT seq, event_id AS eventId, state, ${CREATED_S} AS createdS FROM webhooks`;

/** The raw webhook store: reads what the outbox has written, sent or not, and makes it pending once more. */
export const createWebhookArchive = (database: Database, outbox: Outbox) => {
  const sql = {
    page: database.prepare<ArchiveRow>(
      `SELECT seq, event_id AS id, event, ${ORDER_ID} AS orderId, ${PAYMENT_ID} AS paymentId, ${CREATED_S} AS createdS, state,
        attempts + earlier_attempts AS attempts, answer, length(CAST(body AS BLOB)) AS bytes
      FROM webhooks
      WHERE (? IS NULL OR seq > (SELECT seq FROM webhooks WHERE event_id = ?)) AND (? IS NULL OR event = ?)
        AND (? IS NULL OR ${ORDER_ID} = ?) AND (? IS NULL OR (state = 'delivered') = ?)
      ORDER BY seq LIMIT ?`,
    ),
    body: database.prepare<{ body: string }>('SELECT body FROM webhooks WHERE event_id = ?'),
    unacknowledged: database.prepare<ReplayCandidate>(`${CANDIDATE} WHERE state != 'delivered' ORDER BY seq`),
    named: database.prepare<ReplayCandidate>(
      `${CANDIDATE} WHERE event_id IN (SELECT value FROM json_each(?)) ORDER BY seq`,
    ),
    // created_ms starts the retry window, so a replay gets a whole one; the body keeps the day of the event.
    revive: database.prepare(
      `UPDATE webhooks SET state = 'pending', earlier_attempts = earlier_attempts + attempts, attempts = 0, created_ms = ?,
        next_ms = ?, secret = ?
      WHERE seq IN (SELECT value FROM json_each(?))`,
    ),
    revived: database.prepare<StoredWebhook>(
      `SELECT seq, event_id AS eventId, event, body, secret, created_ms AS createdMs, state, attempts, next_ms AS nextMs, answer
      FROM webhooks WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq`,
    ),
  };

  return {
    /** A page in the order in which the events were made, and whether there are more. */
    page: ({ limit, ...filter }: WebhookFilter) => {
      outbox.flush();
      const acknowledged = filter.acknowledged === undefined ? undefined : Number(filter.acknowledged);
      const conditions = [filter.cursor, filter.event, filter.orderId, acknowledged].map((value) => value ?? null);
      const rows = sql.page.all([...conditions.flatMap((value) => [value, value]), limit + 1]);
      const items = rows.slice(0, limit).map(
        ({ seq: _seq, createdS, ...row }): ArchivedWebhook => ({
          ...row,
          createdAt: new Date(createdS * 1000).toISOString(),
          acknowledged: row.state === 'delivered',
        }),
      );
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    /** The exact text that is signed and sent. */
    body: (id: string): string | undefined => sql.body.get([id])?.body,
    unacknowledged: (): ReplayCandidate[] => {
      outbox.flush();
      return sql.unacknowledged.all([]);
    },
    named: (ids: readonly string[]): ReplayCandidate[] => {
      outbox.flush();
      return sql.named.all([JSON.stringify(ids)]);
    },
    /** Pending again, at once, under this secret, with a whole retry window; the tries before are counted on. */
    revive: (seqs: readonly number[], secret: string, nowMs: number): StoredWebhook[] => {
      const list = JSON.stringify(seqs);
      sql.revive.run([nowMs, nowMs, secret, list]);
      return sql.revived.all([list]);
    },
  };
};

export type WebhookArchive = ReturnType<typeof createWebhookArchive>;
