import type { EventOf } from '@tiffin/contracts/event-catalogue';
import { brokenRule, type Outcome } from '@tiffin/platform/messaging/outcome';
import { outcomeOf } from '@tiffin/platform/persistence/outcome-of';
import { causeOf } from '@tiffin/platform/persistence/stored';
import { followDelivery as decide } from './delivery-following.ts';
import type { OrderStore } from './order.store.ts';

export type DeliveryEvent = EventOf<
  'RIDER_ASSIGNED' | 'RIDER_UNASSIGNED' | 'DELIVERY_PICKED_UP' | 'DELIVERY_COMPLETED' | 'DELIVERY_ESCALATED'
>;

/**
 * Each event of a delivery carries its whole small state, so the newest wins and an older one, replayed or retried, changes nothing (rule
 * C2). Safe to run twice and in any order.
 */
export const followDelivery =
  ({ orders }: { orders: OrderStore }) =>
  async (event: DeliveryEvent, traceparent?: string): Promise<Outcome> => {
    const id = event.data.orderId;
    const follows = event.seq === undefined ? undefined : { stream: `delivery_${id}`, seq: event.seq };
    const result = await orders.change(
      id,
      (state) => decide(id, state, event.data.delivery),
      causeOf(event, traceparent),
      { follows },
    );
    return result.kind === 'missing' ? brokenRule('a delivery of an order we never had') : outcomeOf(result);
  };
