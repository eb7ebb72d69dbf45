import { parseEvent } from '@tiffin/contracts/event-catalogue';
import type { OrderForWatchers } from '@tiffin/contracts/order-api';
import type { OrderEvent } from '../pushes/order-pushes.ts';
import { asOrderEvent } from '../pushes/push-table.ts';

/**
 * An event's place in the ring. `event` is absent when this node does not understand it (the order's owner runs a newer release): its
 * number still counts, or every later event would wait for it.
 */
export type OrderEntry = { readonly seq: number; readonly event?: OrderEvent };

/** History as entries, oldest first. */
export const entriesOf = ({ order, events }: OrderForWatchers): OrderEntry[] =>
  events.map((stored) => {
    const read = parseEvent({ ...stored, subject: order._id }, () => stored.id);
    const event = read.ok ? asOrderEvent(read.event) : undefined;
    return event ? { seq: stored.seq, event } : { seq: stored.seq };
  });
