import type { OrderStatus } from '@tiffin/contracts/order-api';

/** The way of an order that goes well. */
const WAY: readonly OrderStatus[] = [
  'pending_payment',
  'placed',
  'accepted',
  'preparing',
  'ready_for_rider',
  'rider_assigned',
  'picked_up',
  'delivered',
];

export type ProgressStep = { readonly status: OrderStatus; readonly state: 'done' | 'now' | 'ahead' };

const ENDS: ReadonlySet<OrderStatus> = new Set(['delivered', 'cancelled', 'rejected', 'expired']);

/** Whether nothing can happen to an order any more, but for its money. */
export const hasEnded = (status: OrderStatus): boolean => ENDS.has(status);

/** How far an order has come; undefined when it has left the way. What is delivered is done, not under way. */
export const progressOf = (status: OrderStatus): readonly ProgressStep[] | undefined => {
  const at = WAY.indexOf(status);
  if (at < 0) return undefined;
  return WAY.map((step, index) => {
    if (index < at || status === 'delivered') return { status: step, state: 'done' };
    return { status: step, state: index === at ? 'now' : 'ahead' };
  });
};
