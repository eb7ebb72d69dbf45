import type { ClosedOffer } from '@tiffin/contracts/delivery-events';
import type { EventOf, EventType } from '@tiffin/contracts/event-catalogue';
import type { RiderPosition } from '@tiffin/contracts/rider-events';
import { type OrderEvent, orderPushes } from './order-pushes.ts';
import { OPS_ROOM, orderRoom, type RoomPush, userRoom } from './push.ts';

const offered = ({ data }: EventOf<'DELIVERY_OFFERED'>, now: Date): RoomPush[] =>
  data.offers
    .filter(({ expiresAt }) => Date.parse(expiresAt) > now.getTime())
    .flatMap(({ riderId, riderUserId, ...offer }) => [
      { room: userRoom(riderUserId), event: 'order:available', payload: offer },
      { room: OPS_ROOM, event: 'order:available', payload: { ...offer, riderId, riderUserId } },
    ]);

const closed = (orderId: string, offers: readonly ClosedOffer[]): RoomPush[] =>
  offers.flatMap(({ offerId, riderUserId, reason }) => [
    { room: userRoom(riderUserId), event: 'order:offer_closed', payload: { orderId, offerId, reason } },
    { room: OPS_ROOM, event: 'order:offer_closed', payload: { orderId, offerId, reason, riderUserId } },
  ]);

/** One position of a trip: to its customer, and to whoever watches the order. Off a trip it is nobody's business but operations'. */
export const tripPushes = ({ orderId, userId, location, at, seq }: RiderPosition): RoomPush[] => {
  if (orderId === undefined) return [];
  const payload = { orderId, location, at, seq, stale: false };
  const rooms = [orderRoom(orderId), ...(userId === undefined ? [] : [userRoom(userId)])];
  return rooms.map((room): RoomPush => ({ room, event: 'rider:location', payload }));
};

/** A rider's position as operations see it: with who it is. */
export const seenByOps = ({ riderId, riderUserId, orderId, location, at, seq }: RiderPosition) => ({
  ...{ riderId, riderUserId, ...(orderId !== undefined && { orderId }) },
  ...{ location, at, seq, stale: false },
});

/** Positions to operations: many in one message. A message a rider costs the page more than drawing them all. */
const opsPush = (points: readonly RiderPosition[]): RoomPush => ({
  room: OPS_ROOM,
  event: 'riders:locations',
  payload: { points: points.map(seenByOps) },
});

const isOfAStream = (event: Omit<OrderEvent, 'seq'> & { seq?: number | undefined }): event is OrderEvent =>
  event.seq !== undefined;

/** The event as one of an order's stream; undefined when it is another aggregate's, or a bare message. */
export const asOrderEvent = (event: EventOf<EventType>): OrderEvent | undefined => {
  switch (event.type) {
    case 'ORDER_CREATED':
    case 'ORDER_PLACED':
    case 'ORDER_EXPIRED':
    case 'ORDER_ACCEPTED':
    case 'ORDER_REJECTED':
    case 'ORDER_PREPARING':
    case 'ORDER_READY_FOR_RIDER':
    case 'ORDER_CANCELLED':
    case 'ORDER_RIDER_ASSIGNED':
    case 'ORDER_RIDER_UNASSIGNED':
    case 'ORDER_PICKED_UP':
    case 'ORDER_DELIVERED':
    case 'ORDER_CASE_OPENED':
    case 'ORDER_PAYMENT_REFUSED':
    case 'ORDER_REFUNDED':
    case 'ORDER_REFUND_FAILED':
      return isOfAStream(event) ? event : undefined;
    default:
      return undefined;
  }
};

/**
 * Who hears what of each event on the bus: the whole table. Pure; `now` only drops offers nobody could still accept. An event with
 * no line here (payments, menus, riders) reaches nobody by itself.
 */
export const pushesOf = (event: EventOf<EventType>, now: Date): RoomPush[] => {
  const ofOrder = asOrderEvent(event);
  if (ofOrder) return orderPushes(ofOrder);
  switch (event.type) {
    case 'DELIVERY_OFFERED':
      return offered(event, now);
    case 'OFFER_DECLINED':
    case 'OFFER_EXPIRED':
    case 'OFFER_REVOKED':
    case 'RIDER_ASSIGNED':
    case 'RIDER_UNASSIGNED':
    case 'DELIVERY_PICKED_UP':
    case 'DELIVERY_COMPLETED':
    case 'DELIVERY_CANCELLED':
    case 'DELIVERY_ESCALATED':
      return closed(event.data.orderId, event.data.closed);
    case 'RIDER_LOCATIONS':
      return [...event.data.points.flatMap(tripPushes), opsPush(event.data.points)];
    default:
      return [];
  }
};
