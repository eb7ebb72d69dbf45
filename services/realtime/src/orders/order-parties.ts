import type { Role } from '@tiffin/contracts/claims';
import type { OrderForWatchers, OrderStatus } from '@tiffin/contracts/order-api';
import { type OrderEvent, statusOf } from '../pushes/order-pushes.ts';

/** Whose order it is, as far as this node has heard. */
export type OrderParties = {
  readonly userId?: string;
  readonly restaurantId?: string;
  readonly restaurantOwnerId?: string;
  /** The rider on the trip, and only while it lasts. */
  readonly riderUserId?: string;
  readonly status?: OrderStatus;
  /** Nothing is unknown: an absent rider means there is none. */
  readonly complete: boolean;
};

/** Who asks: a person with a verified token, and the restaurants the restaurant service said are theirs. */
export type Watcher = { readonly userId: string; readonly role: Role; owns(restaurantId: string): boolean };

const ENDED: ReadonlySet<OrderStatus | undefined> = new Set(['delivered', 'cancelled', 'rejected', 'expired']);

export const hasEnded = ({ status }: OrderParties): boolean => ENDED.has(status);

/** The parties after one more event. An event that says nothing of a rider (an update in mid-trip) leaves the rider as known. */
export const afterEvent = (parties: OrderParties, event: OrderEvent): OrderParties => {
  const { data } = event;
  const { riderUserId: before, ...rest } = parties;
  const rider = (() => {
    switch (event.type) {
      case 'ORDER_RIDER_ASSIGNED':
      case 'ORDER_PICKED_UP':
        return event.data.riderUserId;
      case 'ORDER_RIDER_UNASSIGNED':
      case 'ORDER_DELIVERED':
        return undefined;
      default:
        return before;
    }
  })();
  return {
    ...rest,
    ...(data.userId !== undefined && { userId: data.userId }),
    restaurantId: data.restaurantId,
    ...(rider !== undefined && { riderUserId: rider }),
    status: statusOf(event).status,
    complete: parties.complete || event.seq === 1,
  };
};

/** The parties as the order's owner tells them. A delivered order has no rider on the way any more. */
export const partiesOf = ({ order, parties }: OrderForWatchers): OrderParties => ({
  userId: parties.userId,
  restaurantId: order.restaurantId,
  restaurantOwnerId: parties.restaurantOwnerId,
  ...(parties.riderUserId !== undefined && order.status !== 'delivered' && { riderUserId: parties.riderUserId }),
  status: order.status,
  complete: true,
});

/** The right to watch: its customer, its restaurant, the rider on the trip, an admin; each under that role's own token. */
export const mayWatch = (watcher: Watcher, parties: OrderParties): boolean => {
  switch (watcher.role) {
    case 'customer':
      return parties.userId === watcher.userId;
    case 'restaurant':
      return (
        parties.restaurantOwnerId === watcher.userId ||
        (parties.restaurantId !== undefined && watcher.owns(parties.restaurantId))
      );
    case 'rider':
      return parties.riderUserId === watcher.userId;
    case 'admin':
      return true;
  }
};
