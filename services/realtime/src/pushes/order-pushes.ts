import type { EventOf } from '@tiffin/contracts/event-catalogue';
import type { orderEvents } from '@tiffin/contracts/order-events';
import { OPS_ROOM, orderRoom, type RoomPush, restaurantRoom, userRoom } from './push.ts';

export type OrderEventType = keyof typeof orderEvents;
/** An event of an order's stream. A bare message belongs to no stream, has no `seq` and is never pushed. */
export type OrderEvent = EventOf<OrderEventType> & { seq: number };

/**
 * What an update may show beside status and payment. Customer, kitchen, rider and operations all hear it, so an address, the
 * customer's telephone number or a payment's id must not be on this list.
 */
const SHOWN = new Set([
  ...[
    'restaurantId',
    'restaurantName',
    'totalPaise',
    'currency',
    'expiresAt',
    'prepMinutes',
    'readyBy',
    'readyAt',
    'eta',
  ],
  ...['reason', 'by', 'riderId', 'riderName', 'riderPhone', 'refundId', 'amountPaise', 'refundedPaise'],
]);

const shown = (data: object) => Object.fromEntries(Object.entries(data).filter(([name]) => SHOWN.has(name)));

const head = (event: OrderEvent) => ({
  orderId: event.data.orderId,
  seq: event.seq,
  type: event.type,
  at: event.timestamp,
});

/** The state an event reports. A ready event may come without it, and then the order is what the event's name says. */
export const statusOf = ({ data }: OrderEvent) => ({
  status: data.status ?? 'ready_for_rider',
  paymentStatus: data.paymentStatus ?? 'paid',
});

const toRooms = (rooms: readonly string[], event: RoomPush['event'], payload: object): RoomPush[] =>
  rooms.map((room) => ({ room, event, payload }));

/** Exactly one push for each room that hears the order, so that `seq` has no holes in any of them. */
export const orderPushes = (event: OrderEvent): RoomPush[] => {
  const { orderId, restaurantId, userId } = event.data;
  const kitchen = [restaurantRoom(restaurantId), OPS_ROOM];
  const watchers = [...(userId === undefined ? [] : [userRoom(userId)]), orderRoom(orderId)];

  if (event.type === 'ORDER_RIDER_ASSIGNED') {
    const { riderId, riderName, riderPhone, eta } = event.data;
    const known = { ...(riderPhone !== undefined && { riderPhone }), ...(eta && { eta }) };
    const payload = { ...head(event), riderId, riderName, ...known };
    return toRooms([...kitchen, ...watchers], 'order:rider_assigned', payload);
  }
  const update = { ...head(event), ...statusOf(event), ...shown(event.data) };
  if (event.type !== 'ORDER_PLACED') return toRooms([...kitchen, ...watchers], 'order:update', update);

  // The code at the door is its customer's secret.
  const { deliveryCode: _, ...order } = event.data.order;
  return [...toRooms(kitchen, 'order:new', { ...head(event), order }), ...toRooms(watchers, 'order:update', update)];
};
