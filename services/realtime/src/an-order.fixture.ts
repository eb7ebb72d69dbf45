import { randomBytes, randomUUID } from 'node:crypto';
import type { Envelope } from '@tiffin/contracts/envelope';
import { type EventType, latestVersion } from '@tiffin/contracts/event-catalogue';
import { orderForWatchers } from '@tiffin/contracts/order-api';

// What the tests of this service are about: an order and its stream, and events of others.

export const newId = (): string => randomBytes(12).toString('hex');

const NO_DATA: Record<string, unknown> = {};

/** One order with its people and its stream, as the restaurant service would have it. */
export const anOrder = () => {
  const facts = {
    orderId: newId(),
    userId: `customer-${newId()}`,
    restaurantId: newId(),
    ownerId: `owner-${newId()}`,
    riderId: newId(),
    riderUserId: `rider-${newId()}`,
  };
  const { orderId, userId, restaurantId, ownerId, riderId, riderUserId } = facts;
  const events: Envelope[] = [];
  const state = { status: 'pending_payment', paymentStatus: 'pending' };
  let hasRider = false;
  const itemId = newId();
  const correlationId = randomUUID();
  const at = { type: 'Point', coordinates: [77.6, 12.97] };

  const view = () => ({
    _id: orderId,
    userId,
    restaurantId,
    restaurantName: 'Dosa House',
    items: [{ itemId, name: 'Masala dosa', pricePaise: 15_000, quantity: 2 }],
    subtotalPaise: 30_000,
    deliveryFeePaise: 0,
    platformFeePaise: 700,
    totalPaise: 30_700,
    currency: 'INR',
    deliveryAddress: { formattedAddress: '12 MG Road, Bengaluru', phone: '+91 98450 12345', location: at },
    pickup: at,
    ...state,
    seq: events.length,
    createdAt: events[0]?.timestamp ?? new Date().toISOString(),
    updatedAt: events.at(-1)?.timestamp ?? new Date().toISOString(),
    deliveryCode: 'K7QX',
  });

  const STATUS: Partial<Record<EventType, string>> = {
    ORDER_PLACED: 'placed',
    ORDER_ACCEPTED: 'accepted',
    ORDER_PREPARING: 'preparing',
    ORDER_READY_FOR_RIDER: 'ready_for_rider',
    ORDER_RIDER_ASSIGNED: 'rider_assigned',
    ORDER_RIDER_UNASSIGNED: 'ready_for_rider',
    ORDER_PICKED_UP: 'picked_up',
    ORDER_DELIVERED: 'delivered',
    ORDER_CANCELLED: 'cancelled',
    ORDER_REJECTED: 'rejected',
    ORDER_EXPIRED: 'expired',
  };
  const rider = { riderId, riderUserId, riderName: 'Ravi', riderPhone: '+91 98860 54321' };
  const extras = (type: EventType): Record<string, unknown> => {
    switch (type) {
      case 'ORDER_CREATED':
        return { expiresAt: new Date(Date.now() + 900_000).toISOString() };
      case 'ORDER_PLACED':
        return { paymentId: 'pay_1', order: { ...view(), seq: events.length + 1 } };
      case 'ORDER_ACCEPTED':
        return { prepMinutes: 15, readyBy: new Date(Date.now() + 900_000).toISOString() };
      case 'ORDER_REJECTED':
        return { reason: 'closed', by: 'restaurant' };
      case 'ORDER_READY_FOR_RIDER':
        return { location: at, dropoff: at, customerPhone: '+91 98450 12345', readyAt: new Date().toISOString() };
      case 'ORDER_CANCELLED':
        return { by: 'customer', reason: 'changed my mind' };
      case 'ORDER_RIDER_ASSIGNED':
      case 'ORDER_PICKED_UP':
      case 'ORDER_DELIVERED':
        return rider;
      case 'ORDER_RIDER_UNASSIGNED':
        return { riderId, riderUserId };
      case 'ORDER_REFUNDED':
        return { refundId: 'rfnd_1', amountPaise: 30_700, refundedPaise: 30_700 };
      case 'ORDER_REFUND_FAILED':
        return { refundId: 'rfnd_1', amountPaise: 30_700 };
      case 'ORDER_CASE_OPENED':
        return { reason: 'picked up after the cancel' };
      case 'ORDER_PAYMENT_REFUSED':
        return { reason: 'second_payment', paymentId: 'pay_2', paidPaise: 30_700, paidCurrency: 'INR' };
      default:
        return NO_DATA;
    }
  };

  return {
    ...facts,
    events,
    view,
    /** The next event of its stream: what the restaurant service would have written, and would publish. */
    next(type: EventType, more: Record<string, unknown> = NO_DATA): Envelope {
      if (STATUS[type]) state.status = STATUS[type];
      if (type === 'ORDER_RIDER_ASSIGNED') hasRider = true;
      if (type === 'ORDER_RIDER_UNASSIGNED') hasRider = false;
      if (type === 'ORDER_PLACED') state.paymentStatus = 'paid';
      const { status, paymentStatus } = state;
      const event: Envelope = {
        id: randomUUID(),
        type,
        version: latestVersion(type),
        timestamp: new Date().toISOString(),
        data: {
          ...{ orderId, userId, restaurantId, restaurantName: 'Dosa House', status, paymentStatus },
          ...{ totalPaise: 30_700, currency: 'INR' },
          ...extras(type),
          ...more,
        },
        subject: orderId,
        seq: events.length + 1,
        source: 'restaurant',
        correlationId,
        causationId: null,
      };
      events.push(event);
      return event;
    },
    /** The answer of `GET /internal/orders/:id?after=`. */
    history(after = 0) {
      return orderForWatchers.parse({
        order: view(),
        parties: { userId, restaurantOwnerId: ownerId, ...(hasRider && { riderUserId }) },
        events: events.filter(({ seq = 0 }) => seq > after),
      });
    },
  };
};
export type TestOrder = ReturnType<typeof anOrder>;

/** An event of another aggregate, as its service would publish it. */
export const anEvent = (type: EventType, subject: string, data: Record<string, unknown>, seq = 1): Envelope => ({
  id: randomUUID(),
  type,
  version: latestVersion(type),
  timestamp: new Date().toISOString(),
  data,
  subject,
  seq,
  source: 'rider',
  correlationId: randomUUID(),
  causationId: null,
});
