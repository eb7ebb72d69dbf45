import type { Envelope } from '@tiffin/contracts/envelope';
import type { OrderId } from '@tiffin/contracts/ids';
import type { Account, LedgerTransaction } from '@tiffin/contracts/ledger-api';
import type { EventLog, EventPosition } from '../event-log/logged-event.store.ts';
import { movingTypes } from './money-event.ts';
import { postEvents } from './post-events.ts';

/** Events looked at in one question, and in one request: who filters for what is rare gets a short page and a cursor. */
const BATCH = 200;
const MOST_BATCHES = 10;

export type LedgerFilter = {
  /** ISO 8601, from inclusive, to exclusive. */
  readonly from: string;
  readonly to: string;
  /** Transactions that touch this account. */
  readonly account?: Account | undefined;
  readonly orderId?: OrderId | undefined;
};

export type LedgerPage = {
  readonly items: readonly LedgerTransaction[];
  /** Where the next page begins; undefined after the last. */
  readonly next: EventPosition | undefined;
};

/** What the events of a time posted, oldest first. Nothing is kept: the event log is the ledger's one source. */
export const listTransactions = ({ eventLog }: { eventLog: Pick<EventLog, 'list' | 'histories'> }) => {
  const post = postEvents({ eventLog });
  return async (filter: LedgerFilter, after: EventPosition | undefined, limit: number): Promise<LedgerPage> => {
    const { from, to, account, orderId: subject } = filter;
    const items: LedgerTransaction[] = [];
    let position = after;
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const events = await eventLog.list({ types: movingTypes, subject, from, to }, position, BATCH);
      const posted = new Map((await post(events)).map((transaction) => [transaction.eventId, transaction]));
      for (const event of events) {
        const transaction = posted.get(event.id);
        const isWanted = transaction && (account === undefined || touches(transaction, account));
        if (isWanted && items.length === limit) return { items, next: position };
        if (isWanted) items.push(transaction);
        position = positionOf(event);
      }
      if (events.length < BATCH) return { items, next: undefined };
    }
    return { items, next: position };
  };
};

const touches = ({ entries }: LedgerTransaction, wanted: Account): boolean =>
  entries.some(({ account }) => account === wanted);

const positionOf = ({ timestamp, seq = 0, id }: Envelope): EventPosition => ({ timestamp, seq, id });
