import type { OrderView } from '@tiffin/contracts/order-api';
import type { Push } from '@tiffin/contracts/pushes';

export type OrderPush = Extract<Push, { event: 'order:new' | 'order:update' | 'order:rider_assigned' }>;

type Followed =
  | { readonly kind: 'applied'; readonly order: OrderView }
  /** Heard before, or older than what was read. */
  | { readonly kind: 'known' }
  /** Something between was not heard: ask for it with `order:watch {since}`. */
  | { readonly kind: 'missed' };

/** An order after a push about it. `seq` has no holes in any room, so a hole is a push that was lost. */
export const followOrder = (order: OrderView, push: OrderPush): Followed => {
  const { seq, at } = push.payload;
  if (seq <= order.seq) return { kind: 'known' };
  if (seq > order.seq + 1) return { kind: 'missed' };
  return { kind: 'applied', order: { ...changed(order, push), seq, updatedAt: at } };
};

const changed = (order: OrderView, push: OrderPush): OrderView => {
  switch (push.event) {
    case 'order:new':
      return push.payload.order;
    case 'order:rider_assigned': {
      const { riderId, riderName } = push.payload;
      return { ...order, status: 'rider_assigned', riderId, riderName };
    }
    case 'order:update': {
      const { type, status, paymentStatus, readyBy } = push.payload;
      const updated = { ...order, status, paymentStatus, ...(typeof readyBy === 'string' ? { readyBy } : {}) };
      if (type !== 'ORDER_RIDER_UNASSIGNED') return updated;
      const { riderId: _id, riderName: _name, ...withoutRider } = updated;
      return withoutRider;
    }
  }
};
