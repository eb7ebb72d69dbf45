import type { OrderStatus } from '@tiffin/contracts/order-api';

export type KitchenVerb = 'accept' | 'reject' | 'prepare' | 'ready' | 'cancel';

const KITCHEN_VERBS: Readonly<Record<OrderStatus, readonly KitchenVerb[]>> = {
  pending_payment: [],
  placed: ['accept', 'reject', 'cancel'],
  accepted: ['prepare', 'ready', 'cancel'],
  preparing: ['ready', 'cancel'],
  ready_for_rider: ['cancel'],
  rider_assigned: ['cancel'],
  picked_up: [],
  delivered: [],
  cancelled: [],
  rejected: [],
  expired: [],
};

/** What the kitchen may do with an order, in the order of its buttons. The service decides; this saves a vain try. */
export const kitchenVerbs = (status: OrderStatus): readonly KitchenVerb[] => KITCHEN_VERBS[status];

/** A customer may change their mind until the kitchen has said yes. */
export const customerMayCancel = (status: OrderStatus): boolean => status === 'pending_payment' || status === 'placed';
