import type { OrderId } from '@tiffin/contracts/ids';
import type { LatestPositions } from '../positions/latest-positions.ts';
import type { PositionSlots } from '../positions/position-slots.ts';
import type { Deliver } from '../pushes/deliver.ts';
import { type OrderEvent, orderPushes } from '../pushes/order-pushes.ts';
import { orderRoom, restaurantRoom, userRoom } from '../pushes/push.ts';
import type { LiveServer } from '../sockets/live-socket.ts';
import type { OrderStream } from './order-streams.ts';

const END_OF_A_TRIP = new Set(['ORDER_RIDER_UNASSIGNED', 'ORDER_DELIVERED', 'ORDER_CANCELLED']);

/** Tells an order's event to everybody who hears the order. A trip that is over leaves no position behind. */
export const tellOrder =
  ({ deliver, latest, slots }: { deliver: Deliver; latest: LatestPositions; slots: PositionSlots }) =>
  (event: OrderEvent): void => {
    deliver(orderPushes(event));
    if (!END_OF_A_TRIP.has(event.type)) return;
    latest.forget(event.data.orderId);
    slots.drop(event.data.orderId);
  };

/** Takes the order's room from a rider whose trip it no longer is. */
export const withdrawRider =
  (io: LiveServer) =>
  (orderId: OrderId, riderUserId: string): void => {
    io.in(userRoom(riderUserId)).socketsLeave(orderRoom(orderId));
  };

/** Whether a socket of this node is in a room that hears the order. */
export const isHeard =
  (io: LiveServer) =>
  ({ orderId, parties }: OrderStream): boolean => {
    const { rooms } = io.of('/').adapter;
    return (
      rooms.has(orderRoom(orderId)) ||
      (parties.userId !== undefined && rooms.has(userRoom(parties.userId))) ||
      (parties.restaurantId !== undefined && rooms.has(restaurantRoom(parties.restaurantId)))
    );
  };
