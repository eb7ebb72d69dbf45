import type { EventOf } from '@tiffin/contracts/event-catalogue';
import type { Clock } from '@tiffin/platform/clock';
import { brokenRule, type Outcome } from '@tiffin/platform/messaging/outcome';
import { outcomeOf } from '@tiffin/platform/persistence/outcome-of';
import { causeOf } from '@tiffin/platform/persistence/stored';
import type { OrderStore } from './order.store.ts';
import { markPaid } from './order-payment.ts';

/** PAYMENT_SUCCESS: the order is paid, stops expiring, and the kitchen hears of it; or the money is refused and goes back. Safe to run twice. */
export const markOrderPaid =
  ({ orders, acceptWindowS, now }: { orders: OrderStore; acceptWindowS: number; now: Clock }) =>
  async (event: EventOf<'PAYMENT_SUCCESS'>, traceparent?: string): Promise<Outcome> => {
    const id = event.data.orderId;
    const result = await orders.change(
      id,
      (state, { seq, createdAt }) => markPaid({ id, state, seq, createdAt }, event.data, acceptWindowS, now()),
      causeOf(event, traceparent),
    );
    return result.kind === 'missing' ? brokenRule('a payment for an order we never had') : outcomeOf(result);
  };
