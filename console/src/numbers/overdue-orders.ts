import type { Envelope } from '@tiffin/contracts/envelope';

const MINUTE = 60_000;

/**
 * How long an order may stay where its last event left it: the windows of the design (15 min to pay, 5 to be answered, 20 to find a rider)
 * with room for a sweep, and an hour where a person is at work. What is not listed is an end.
 */
const PATIENCE_MS: Readonly<Record<string, number>> = {
  ORDER_CREATED: 20 * MINUTE,
  ORDER_PLACED: 10 * MINUTE,
  ORDER_ACCEPTED: 180 * MINUTE,
  ORDER_PREPARING: 180 * MINUTE,
  ORDER_READY_FOR_RIDER: 25 * MINUTE,
  ORDER_RIDER_UNASSIGNED: 25 * MINUTE,
  ORDER_RIDER_ASSIGNED: 60 * MINUTE,
  ORDER_PICKED_UP: 60 * MINUTE,
};
const ENDS: ReadonlySet<string> = new Set(['ORDER_DELIVERED', 'ORDER_CANCELLED', 'ORDER_REJECTED', 'ORDER_EXPIRED']);

type Last = { seq: number; type: string; at: number };

/** Orders that should have moved on long ago: lost somewhere between two parts. */
export const createOverdueOrders = () => {
  const open = new Map<string, Last>();
  return {
    hear: ({ type, subject, seq, timestamp }: Envelope): void => {
      if (seq === undefined || (PATIENCE_MS[type] === undefined && !ENDS.has(type))) return;
      const known = open.get(subject);
      if (known && known.seq > seq) return;
      if (ENDS.has(type)) open.set(subject, { seq, type, at: Number.POSITIVE_INFINITY });
      else open.set(subject, { seq, type, at: Date.parse(timestamp) });
    },
    count: (nowMs: number): number => {
      let count = 0;
      for (const [subject, { type, at }] of open) {
        if (at === Number.POSITIVE_INFINITY) {
          // Kept until now only so that an event of it that came late would not open it again.
          if (open.size > 20_000) open.delete(subject);
        } else if (nowMs - at > (PATIENCE_MS[type] ?? Number.POSITIVE_INFINITY)) count += 1;
      }
      return count;
    },
  };
};
