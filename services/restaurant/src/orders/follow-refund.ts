import type { EventOf } from '@tiffin/contracts/event-catalogue';
import { brokenRule, type Outcome } from '@tiffin/platform/messaging/outcome';
import { outcomeOf } from '@tiffin/platform/persistence/outcome-of';
import { causeOf } from '@tiffin/platform/persistence/stored';
import type { OrderStore } from './order.store.ts';
import { followRefund as decide } from './order-payment.ts';

/** The money's way back shows in the order's `paymentStatus`. Repeats are refused by the refund's id. */
export const followRefund =
  ({ orders }: { orders: OrderStore }) =>
  async (
    event: EventOf<'REFUND_REQUESTED' | 'REFUND_PROCESSED' | 'REFUND_FAILED'>,
    traceparent?: string,
  ): Promise<Outcome> => {
    const id = event.data.orderId;
    const result = await orders.change(
      id,
      (state) => decide(id, state, event.type, event.data),
      causeOf(event, traceparent),
    );
    return result.kind === 'missing' ? brokenRule('a refund of an order we never had') : outcomeOf(result);
  };
