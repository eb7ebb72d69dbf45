import { orderId } from '@tiffin/contracts/ids';
import type { Clock } from '@tiffin/platform/clock';
import { outrun } from '@tiffin/platform/persistence/decision';
import { rejectUnanswered } from './kitchen.ts';
import type { OrderStore } from './order.store.ts';
import { expireOrder } from './order-payment.ts';

/** What an order's clock does: no money in time expires it, no answer in time rejects it. Decided on the state found, so an early or second call does nothing. */
export const runOutOfTime =
  ({ orders, now }: { orders: OrderStore; now: Clock }) =>
  (storedId: string) => {
    const id = orderId.parse(storedId);
    return orders.change(
      id,
      (state) => {
        if (state.status === 'pending_payment') return expireOrder(id, state, now());
        if (state.status === 'placed') return rejectUnanswered(id, state, now());
        return outrun;
      },
      { causationId: null },
    );
  };
