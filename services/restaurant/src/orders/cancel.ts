import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderStatus } from '@tiffin/contracts/order-api';
import { changed, conflict, type Decision, unchanged } from '@tiffin/platform/persistence/decision';
import { factsOf, type OrderEvent, type OrderState, orderEvent } from './order.ts';

export type Canceller = 'customer' | 'restaurant' | 'admin';

const BEFORE_THE_KITCHEN: readonly OrderStatus[] = ['pending_payment', 'placed'];
const BEFORE_THE_TRIP: readonly OrderStatus[] = [
  'placed',
  'accepted',
  'preparing',
  'ready_for_rider',
  'rider_assigned',
];

/** Until when each may still cancel. */
const ALLOWED: Record<Canceller, readonly OrderStatus[]> = {
  customer: BEFORE_THE_KITCHEN,
  restaurant: BEFORE_THE_TRIP,
  admin: BEFORE_THE_TRIP,
};

/** Ends an order before its trip. What was paid goes back, the rider is freed: both by hearing the event. */
export const cancelOrder = (
  id: OrderId,
  state: OrderState,
  by: Canceller,
  reason: string | undefined,
): Decision<OrderState, OrderEvent> => {
  if (state.status === 'cancelled') return unchanged;
  if (!ALLOWED[by].includes(state.status)) {
    return conflict(
      'order_conflict',
      `An order that is ${state.status.replaceAll('_', ' ')} cannot be cancelled by its ${by}.`,
    );
  }
  const { expiresAt: _, answerBy: __, earlyDelivery: ___, ...rest } = state;
  const next: OrderState = { ...rest, status: 'cancelled' };
  const data = {
    ...factsOf(id, next),
    by,
    ...(reason === undefined ? {} : { reason }),
    ...(state.rider ? { riderUserId: state.rider.riderUserId } : {}),
  };
  return changed(next, orderEvent('ORDER_CANCELLED', data));
};
