import type { Envelope } from '@tiffin/contracts/envelope';
import type { LedgerTransaction } from '@tiffin/contracts/ledger-api';
import type { EventLog } from '../event-log/logged-event.store.ts';
import { moneyTypes, readMoneyEvent } from './money-event.ts';
import { postingsOf } from './postings.ts';

/**
 * What each of these events posted, in their order. An amount depends on what else happened to its order, so the whole histories of these
 * orders are read, in one question.
 */
export const postEvents =
  ({ eventLog }: { eventLog: Pick<EventLog, 'histories'> }) =>
  async (events: readonly Envelope[]): Promise<readonly LedgerTransaction[]> => {
    const orders = [...new Set(events.map(({ subject }) => subject))];
    const histories = await eventLog.histories(orders, moneyTypes);
    const posted = new Map<string, LedgerTransaction>();
    for (const history of histories.values()) {
      for (const transaction of postingsOf(history.flatMap((event) => readMoneyEvent(event) ?? []))) {
        posted.set(transaction.eventId, transaction);
      }
    }
    return events.flatMap(({ id }) => posted.get(id) ?? []);
  };
