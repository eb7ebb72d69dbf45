import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderStatus } from '@tiffin/contracts/order-api';
import { MINUTE } from '@tiffin/platform/clock';
import { changed, conflict, type Decision, unchanged } from '@tiffin/platform/persistence/decision';
import { followDelivery } from './delivery-following.ts';
import { dropoffArea } from './dropoff-area.ts';
import { factsOf, type OrderEvent, type OrderState, orderEvent } from './order.ts';
import { riderEarningPaise } from './prices.ts';

type KitchenDecision = Decision<OrderState, OrderEvent>;

const forbidden = (state: OrderState, verb: string) =>
  conflict('order_conflict', `An order that is ${state.status.replaceAll('_', ' ')} cannot be ${verb}.`);

/** The kitchen takes the order and says how long it will need. */
export const acceptOrder = (id: OrderId, state: OrderState, prepMinutes: number, now: Date): KitchenDecision => {
  if (state.status === 'accepted') return unchanged;
  if (state.status !== 'placed') return forbidden(state, 'accepted');
  const readyBy = new Date(now.getTime() + prepMinutes * MINUTE).toISOString();
  const { answerBy: _, ...rest } = state;
  const next: OrderState = { ...rest, status: 'accepted', readyBy };
  return changed(next, orderEvent('ORDER_ACCEPTED', { ...factsOf(id, next), prepMinutes, readyBy }));
};

/** The kitchen does not take the order; the money goes back. */
export const rejectOrder = (id: OrderId, state: OrderState, reason: string): KitchenDecision => {
  if (state.status === 'rejected') return unchanged;
  if (state.status !== 'placed') return forbidden(state, 'rejected');
  return reject(id, state, reason, 'restaurant');
};

/** The kitchen did not answer in time: rejected in its name. Before its time, or once answered, nothing. */
export const rejectUnanswered = (id: OrderId, state: OrderState, now: Date): KitchenDecision => {
  if (state.status !== 'placed' || !state.answerBy || new Date(state.answerBy) > now) return { kind: 'nothing-new' };
  return reject(id, state, 'The restaurant did not answer in time.', 'no_answer');
};

const reject = (id: OrderId, state: OrderState, reason: string, by: 'restaurant' | 'no_answer'): KitchenDecision => {
  const { answerBy: _, ...rest } = state;
  const next: OrderState = { ...rest, status: 'rejected' };
  return changed(next, orderEvent('ORDER_REJECTED', { ...factsOf(id, next), reason, by }));
};

export const startPreparing = (id: OrderId, state: OrderState): KitchenDecision => {
  if (state.status === 'preparing') return unchanged;
  if (state.status !== 'accepted') return forbidden(state, 'prepared');
  const next: OrderState = { ...state, status: 'preparing' };
  return changed(next, orderEvent('ORDER_PREPARING', factsOf(id, next)));
};

const READY_ALREADY: readonly OrderStatus[] = ['ready_for_rider', 'rider_assigned'];

/** The food waits at the counter: the search for a rider begins. An assignment heard of earlier is told in the same write. */
export const markReady = (id: OrderId, state: OrderState, now: Date): KitchenDecision => {
  if (READY_ALREADY.includes(state.status)) return unchanged;
  if (state.status !== 'accepted' && state.status !== 'preparing') return forbidden(state, 'marked ready');
  const { earlyDelivery, ...rest } = state;
  const ready: OrderState = { ...rest, status: 'ready_for_rider' };
  const event = orderEvent('ORDER_READY_FOR_RIDER', {
    orderId: id,
    restaurantId: ready.restaurantId,
    location: ready.pickup,
    userId: ready.userId,
    restaurantName: ready.restaurantName,
    dropoff: ready.deliveryAddress.location,
    dropoffArea: dropoffArea(ready),
    customerPhone: ready.deliveryAddress.phone,
    readyAt: now.toISOString(),
    earningPaise: riderEarningPaise(ready.pickup, ready.deliveryAddress.location),
    status: ready.status,
    paymentStatus: ready.paymentStatus,
    totalPaise: ready.totalPaise,
  });
  const followed = earlyDelivery ? followDelivery(id, ready, earlyDelivery, now) : undefined;
  return followed?.kind === 'changed' ? changed(followed.state, event, ...followed.events) : changed(ready, event);
};
