import type { EventOf } from '@tiffin/contracts/event-catalogue';
import type { Clock } from '@tiffin/platform/clock';
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
  ({ orders, now }: { orders: OrderStore; now: Clock }) =>
  async (event: DeliveryEvent, traceparent?: string): Promise<Outcome> => {
    const id = event.data.orderId;
    const follows = event.seq === undefined ? undefined : { stream: `delivery_${id}`, seq: event.seq };
    // By the clock of another service, and perhaps heard late; what lies ahead of ours is taken as now.
    const at = new Date(Math.min(Date.parse(event.timestamp), now().getTime()));
    const result = await orders.change(
      id,
      (state) => decide(id, state, event.data.delivery, at),
      causeOf(event, traceparent),
      { follows },
    );
    return result.kind === 'missing' ? brokenRule('a delivery of an order we never had') : outcomeOf(result);
  };
