import type { DeliverySnapshot } from '@tiffin/contracts/delivery-events';
import type { OrderId } from '@tiffin/contracts/ids';
import { broken, changed, type Decision, outrun } from '@tiffin/platform/persistence/decision';
import { type Assigned, factsOf, type OrderEvent, type OrderState, orderEvent } from './order.ts';

type FollowDecision = Decision<OrderState, OrderEvent>;

/**
 * Moves an order to what a newer snapshot of its delivery says, telling every step that was missed in one write. Whether the snapshot is
 * newer is the store's question (rule C2); here only what it means for an order in this state. `at`: when it came to be so.
 */
export const followDelivery = (
  id: OrderId,
  state: OrderState,
  delivery: DeliverySnapshot,
  at: Date,
): FollowDecision => {
  switch (state.status) {
    case 'placed':
    case 'accepted':
    case 'preparing':
      if (delivery.status === 'escalated') return cancelForWantOfRider(id, state);
      return changed({ ...state, earlyDelivery: delivery });
    case 'ready_for_rider':
    case 'rider_assigned':
      if (delivery.status === 'escalated') return cancelForWantOfRider(id, state);
      return catchUp(id, state, delivery, at);
    case 'picked_up':
      return catchUp(id, state, delivery, at);
    case 'cancelled':
      return openCase(id, state, delivery);
    case 'pending_payment':
    case 'delivered':
    case 'rejected':
    case 'expired':
      return outrun;
  }
};

/** The steps from where the order is to where the snapshot is, each applied to the state the one before left. */
const catchUp = (id: OrderId, from: OrderState, delivery: DeliverySnapshot, at: Date): FollowDecision => {
  if (delivery.status === 'cancelled') return outrun; // it was the order's own cancel that ended it
  const rider = riderOf(delivery);
  if (isCarried(delivery) && !rider) return broken(`a delivery that is ${delivery.status} names no rider`);

  const legFrom = at.toISOString();
  const events: OrderEvent[] = [];
  let state = from;
  const step = (next: OrderState, event: OrderEvent) => {
    state = next;
    events.push(event);
  };

  if (state.status === 'rider_assigned' && state.rider && delivery.assignment >= state.rider.assignment) {
    const stillTheirs = rider?.assignment === state.rider.assignment;
    if (!stillTheirs) {
      const { riderId, riderUserId } = state.rider;
      const { rider: _, legFrom: __, ...rest } = state;
      const next: OrderState = { ...rest, status: 'ready_for_rider' };
      step(next, orderEvent('ORDER_RIDER_UNASSIGNED', { ...factsOf(id, next), riderId, riderUserId }));
    }
  }
  if (state.status === 'ready_for_rider' && rider) {
    const next: OrderState = { ...state, status: 'rider_assigned', rider, legFrom };
    step(next, orderEvent('ORDER_RIDER_ASSIGNED', { ...factsOf(id, next), ...named(rider) }));
  }
  if (state.status === 'rider_assigned' && rider && hasFood(delivery)) {
    const next: OrderState = { ...state, status: 'picked_up', legFrom };
    step(next, orderEvent('ORDER_PICKED_UP', { ...factsOf(id, next), ...named(rider) }));
  }
  if (state.status === 'picked_up' && rider && delivery.status === 'delivered') {
    const { legFrom: _, ...rest } = state;
    const next: OrderState = { ...rest, status: 'delivered' };
    step(next, orderEvent('ORDER_DELIVERED', { ...factsOf(id, next), ...named(rider) }));
  }
  return events.length > 0 ? changed(state, ...events) : outrun;
};

const cancelForWantOfRider = (id: OrderId, state: OrderState): FollowDecision => {
  const { answerBy: _, earlyDelivery: __, ...rest } = state;
  const next: OrderState = { ...rest, status: 'cancelled' };
  const reason = 'No rider could be found.';
  return changed(next, orderEvent('ORDER_CANCELLED', { ...factsOf(id, next), by: 'no_rider', reason }));
};

// The cancel lost the race with the pick-up: the refund stands, the trip is paid, and a person should look.
const openCase = (id: OrderId, state: OrderState, delivery: DeliverySnapshot): FollowDecision => {
  if (!hasFood(delivery)) return outrun;
  const reason =
    delivery.status === 'picked_up' ? 'picked up after it was cancelled' : 'delivered after it was cancelled';
  return changed(state, orderEvent('ORDER_CASE_OPENED', { ...factsOf(id, state), reason }));
};

const isCarried = ({ status }: DeliverySnapshot) =>
  status === 'assigned' || status === 'picked_up' || status === 'delivered';
const hasFood = ({ status }: DeliverySnapshot) => status === 'picked_up' || status === 'delivered';

const riderOf = (delivery: DeliverySnapshot): Assigned | undefined => {
  const { assignment, riderId, riderUserId, riderName, riderPhone, toPickupM } = delivery;
  if (!isCarried(delivery) || !riderId || !riderUserId) return undefined;
  return {
    assignment,
    riderId,
    riderUserId,
    riderName: riderName ?? '',
    ...(riderPhone === undefined ? {} : { riderPhone }),
    ...(toPickupM === undefined ? {} : { toPickupM }),
  };
};

const named = ({ assignment: _, toPickupM: __, ...rider }: Assigned) => rider;
