import type { PartyKind, Payout, Settlement } from '@tiffin/contracts/ledger-api';
import type { EventLog } from '../event-log/logged-event.store.ts';
import { payableTypes } from './money-event.ts';
import { postEvents } from './post-events.ts';
import { addToPayouts, dayInIndia, totalOf } from './settlement.ts';

/** How many events are in memory at once, each with the history of its order. */
const BATCH = 500;

/**
 * What each restaurant and each rider is owed for a day in India, by when things happened. A day that is over may still grow by events an
 * outage held up.
 */
export const settleDay =
  ({ eventLog }: { eventLog: Pick<EventLog, 'batches' | 'histories'> }) =>
  async (date: string, wanted: PartyKind | undefined): Promise<Settlement> => {
    const post = postEvents({ eventLog });
    const { from, to } = dayInIndia(date);
    const payouts = new Map<string, Payout>();
    for await (const events of eventLog.batches({ types: payableTypes, from, to }, BATCH)) {
      for (const transaction of await post(events)) addToPayouts(payouts, transaction);
    }
    const items = [...payouts.values()]
      .filter(({ kind }) => wanted === undefined || kind === wanted)
      .sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
    return { date, timeZone: 'Asia/Kolkata', from, to, items, total: totalOf(items) };
  };

const sortKey = ({ kind, id }: Payout): string => `${kind} ${id}`;
