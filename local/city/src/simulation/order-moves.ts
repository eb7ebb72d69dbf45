import type { StoredEvent } from '@tiffin/contracts/envelope';
import { type OrderStatus, orderStatus } from '@tiffin/contracts/order-api';

type Move = {
  /** Where it may happen; `none`: it begins the history. */
  readonly from: readonly (OrderStatus | 'none')[];
  /** Where it leads; absent where the state stays as it is. */
  readonly to?: OrderStatus;
};

const ONCE_BEGUN = orderStatus.options;

/** The order's states and what leads from one to another, written down here once more: a judge does not borrow the book of the judged. */
const MOVES: Readonly<Record<string, Move>> = {
  ORDER_CREATED: { from: ['none'], to: 'pending_payment' },
  ORDER_PLACED: { from: ['pending_payment'], to: 'placed' },
  ORDER_EXPIRED: { from: ['pending_payment'], to: 'expired' },
  ORDER_ACCEPTED: { from: ['placed'], to: 'accepted' },
  ORDER_REJECTED: { from: ['placed'], to: 'rejected' },
  ORDER_PREPARING: { from: ['accepted'], to: 'preparing' },
  ORDER_READY_FOR_RIDER: { from: ['accepted', 'preparing'], to: 'ready_for_rider' },
  ORDER_RIDER_ASSIGNED: { from: ['ready_for_rider'], to: 'rider_assigned' },
  ORDER_RIDER_UNASSIGNED: { from: ['rider_assigned'], to: 'ready_for_rider' },
  ORDER_PICKED_UP: { from: ['rider_assigned'], to: 'picked_up' },
  ORDER_DELIVERED: { from: ['picked_up'], to: 'delivered' },
  ORDER_CANCELLED: {
    from: ['pending_payment', 'placed', 'accepted', 'preparing', 'ready_for_rider', 'rider_assigned'],
    to: 'cancelled',
  },
  ORDER_CASE_OPENED: { from: ['cancelled'] },
  ORDER_PAYMENT_REFUSED: { from: ONCE_BEGUN },
  ORDER_REFUNDED: { from: ONCE_BEGUN },
  ORDER_REFUND_FAILED: { from: ONCE_BEGUN },
};

/** A customer may cancel until the kitchen has answered; the others as long as the food has not left. */
const CUSTOMER_MAY_CANCEL: readonly (OrderStatus | 'none')[] = ['pending_payment', 'placed'];

/** The state an event leads to, or what is wrong with it in this state. */
const moved = (
  state: OrderStatus | 'none',
  { type, data }: Pick<StoredEvent, 'type' | 'data'>,
): { readonly state: OrderStatus | 'none'; readonly problem?: string } => {
  const move = MOVES[type];
  if (!move) return { state, problem: `no such change: ${type}` };
  const next = move.to ?? state;
  if (!move.from.includes(state)) return { state: next, problem: `${type} in state ${state}` };
  if (type === 'ORDER_CANCELLED' && data.by === 'customer' && !CUSTOMER_MAY_CANCEL.includes(state)) {
    return { state: next, problem: `cancelled by the customer in state ${state}` };
  }
  if (data.status !== undefined && data.status !== next) {
    return { state: next, problem: `${type} says ${String(data.status)} where it leads to ${next}` };
  }
  return { state: next };
};

/** Where a history ends, and the first thing in it that is not allowed. */
export const followMoves = (
  history: readonly Pick<StoredEvent, 'type' | 'data'>[],
): { readonly state: OrderStatus | 'none'; readonly problem: string | undefined } => {
  let state: OrderStatus | 'none' = 'none';
  let problem: string | undefined;
  for (const event of history) {
    const step = moved(state, event);
    state = step.state;
    problem ??= step.problem;
  }
  return { state, problem };
};
