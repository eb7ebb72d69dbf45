import { EVENTS, type EventType, isEventType, parseEvent } from '@tiffin/contracts/event-catalogue';
import { isPushName, pushes, room } from '@tiffin/contracts/pushes';
import { REALTIME_BINDINGS, typesBoundBy } from '@tiffin/contracts/queues';
import { describe, expect, it } from 'vitest';
import { anEvent, anOrder, newId } from '../an-order.fixture.ts';
import { pushesOf } from './push-table.ts';

const now = new Date('2026-11-01T10:00:00.000Z');
const later = new Date(now.getTime() + 12_000).toISOString();
const at = { type: 'Point', coordinates: [77.6, 12.97] };
const order = anOrder();
const { orderId, userId, restaurantId, riderId, riderUserId } = order;
const offerId = newId();

const delivery = { status: 'assigned', assignment: 1, riderId, riderUserId, riderName: 'Ravi' };
const closed = [{ offerId, riderUserId, reason: 'taken' }];
const rider = { riderId, userId: riderUserId, name: 'Ravi', isAvailable: true, isVerified: true };
const offer = { orderId, offerId, pickup: at, distanceM: 420, expiresAt: later };
const point = { riderId, riderUserId, location: at, at: now.toISOString(), seq: 9 };

/** Data of an event of every type that is no order's. */
const OTHERS: Partial<Record<EventType, Record<string, unknown>>> = {
  DELIVERY_OFFERED: { orderId, wave: 1, offers: [{ ...offer, riderId, riderUserId }] },
  OFFER_DECLINED: { orderId, closed },
  OFFER_EXPIRED: { orderId, closed },
  OFFER_REVOKED: { orderId, closed },
  RIDER_ASSIGNED: { orderId, delivery, closed },
  RIDER_UNASSIGNED: { orderId, delivery, closed },
  DELIVERY_PICKED_UP: { orderId, delivery, closed },
  DELIVERY_COMPLETED: { orderId, delivery, closed },
  DELIVERY_CANCELLED: { orderId, delivery, closed },
  DELIVERY_ESCALATED: { orderId, delivery, closed },
  RIDER_SILENT: { orderId, riderId, since: now.toISOString() },
  DELIVERY_CASE_OPENED: { orderId, riderId, reason: 'no position' },
  RIDER_REGISTERED: rider,
  RIDER_VERIFIED: rider,
  RIDER_AVAILABILITY_CHANGED: rider,
  RIDER_LOCATIONS: {
    points: [
      { ...point, orderId, userId },
      { ...point, riderId: newId(), seq: 4 },
    ],
  },
  RESTAURANT_CHANGED: { restaurantId, ownerId: 'owner', name: 'Dosa House', isOpen: true },
  MENU_CHANGED: {
    restaurantId,
    ownerId: 'owner',
    change: 'added',
    item: { _id: newId(), restaurantId, name: 'Dosa', pricePaise: 100, isAvailable: true },
  },
};

const eventOf = (type: EventType) => {
  const data = OTHERS[type];
  const json = data ? anEvent(type, orderId, data) : anOrder().next(type);
  const parsed = parseEvent(json, () => 'bare');
  if (!parsed.ok) throw new Error(`${type}: ${parsed.error}`);
  return parsed.event;
};

const update = { user: 'order:update', restaurant: 'order:update', order: 'order:update', ops: 'order:update' };
const offerClosed = { rider: 'order:offer_closed', ops: 'order:offer_closed' };
const NOBODY = {};

/** The whole table: which push in which room, for every event that exists. */
const TABLE: Record<EventType, Record<string, string>> = {
  ORDER_CREATED: update,
  ORDER_PLACED: { ...update, restaurant: 'order:new', ops: 'order:new' },
  ORDER_EXPIRED: update,
  ORDER_ACCEPTED: update,
  ORDER_REJECTED: update,
  ORDER_PREPARING: update,
  ORDER_READY_FOR_RIDER: update,
  ORDER_CANCELLED: update,
  ORDER_RIDER_ASSIGNED: {
    user: 'order:rider_assigned',
    restaurant: 'order:rider_assigned',
    order: 'order:rider_assigned',
    ops: 'order:rider_assigned',
  },
  ORDER_RIDER_UNASSIGNED: update,
  ORDER_PICKED_UP: update,
  ORDER_DELIVERED: update,
  ORDER_CASE_OPENED: update,
  ORDER_PAYMENT_REFUSED: update,
  ORDER_REFUNDED: update,
  ORDER_REFUND_FAILED: update,
  DELIVERY_OFFERED: { rider: 'order:available', ops: 'order:available' },
  OFFER_DECLINED: offerClosed,
  OFFER_EXPIRED: offerClosed,
  OFFER_REVOKED: offerClosed,
  RIDER_ASSIGNED: offerClosed,
  RIDER_UNASSIGNED: offerClosed,
  DELIVERY_PICKED_UP: offerClosed,
  DELIVERY_COMPLETED: offerClosed,
  DELIVERY_CANCELLED: offerClosed,
  DELIVERY_ESCALATED: offerClosed,
  RIDER_SILENT: NOBODY,
  DELIVERY_CASE_OPENED: NOBODY,
  RIDER_LOCATIONS: { order: 'rider:location', user: 'rider:location', ops: 'riders:locations' },
  RIDER_REGISTERED: NOBODY,
  RIDER_VERIFIED: NOBODY,
  RIDER_AVAILABILITY_CHANGED: NOBODY,
  RESTAURANT_CHANGED: NOBODY,
  MENU_CHANGED: NOBODY,
  PAYMENT_CREATED: NOBODY,
  PAYMENT_SUCCESS: NOBODY,
  PAYMENT_FAILED: NOBODY,
  PAYMENT_SURPLUS: NOBODY,
  REFUND_REQUESTED: NOBODY,
  REFUND_PROCESSED: NOBODY,
  REFUND_FAILED: NOBODY,
};

const heardTypes = typesBoundBy(REALTIME_BINDINGS);
const orderTypes = Object.keys(EVENTS)
  .filter(isEventType)
  .filter((type) => EVENTS[type].aggregate === 'order');

describe('the push table', () => {
  it('has a row for every event of the catalogue', () => {
    expect(Object.keys(TABLE).sort()).toEqual(Object.keys(EVENTS).sort());
  });

  it.each(
    Object.keys(TABLE)
      .filter(isEventType)
      .filter((type) => !heardTypes.includes(type)),
  )('%s never reaches this service, and has no push', (type) => {
    expect(TABLE[type]).toEqual(NOBODY);
  });

  it.each(heardTypes)('%s reaches the rooms of its row, under their grammar and with a payload as agreed', (type) => {
    const event = eventOf(type);
    const made = pushesOf(event, now);
    const kindOf = (name: string) => (name === `user:${riderUserId}` ? 'rider' : (name.split(':')[0] ?? ''));
    const found = Object.fromEntries(made.map((push) => [kindOf(push.room), push.event]));
    expect(found).toEqual(TABLE[type]);
    for (const push of made) {
      expect(room.safeParse(push.room).success).toBe(true);
      if (!isPushName(push.event)) throw new Error(push.event);
      // A rider off a trip has no order to show.
      if (type === 'RIDER_LOCATIONS' && !('orderId' in push.payload)) continue;
      expect(pushes[push.event].safeParse(push.payload).error).toBeUndefined();
    }
  });

  it.each(orderTypes)('%s makes exactly one push per room, so that no room has a hole', (type) => {
    const event = eventOf(type);
    const made = pushesOf(event, now);
    const rooms = made.map((push) => push.room);
    expect(new Set(rooms).size).toBe(rooms.length);
    expect(rooms).toHaveLength(4);
    for (const { payload } of made) expect(payload).toMatchObject({ seq: event.seq, type, at: event.timestamp });
  });

  it.each(orderTypes)('%s tells nobody a code, an address, a payment or the telephone of the customer', (type) => {
    const told = pushesOf(eventOf(type), now)
      .filter(({ event }) => event !== 'order:new')
      .map(({ payload }) => JSON.stringify(payload))
      .join();
    expect(told).not.toMatch(/K7QX|98450 12345|pay_|MG Road/);
    const opened = pushesOf(eventOf('ORDER_PLACED'), now).map(({ payload }) => JSON.stringify(payload));
    expect(opened.join()).not.toContain('K7QX');
  });

  it.each(['ORDER_ACCEPTED', 'ORDER_READY_FOR_RIDER', 'ORDER_RIDER_ASSIGNED', 'ORDER_PICKED_UP'] as const)(
    '%s tells all who hear the order when it is expected',
    (type) => {
      const eta = { earliest: now.toISOString(), latest: later };
      const parsed = parseEvent(anOrder().next(type, { eta }), () => 'bare');
      const made = parsed.ok ? pushesOf(parsed.event, now) : [];
      expect(made.map(({ payload }) => payload)).toEqual(Array(4).fill(expect.objectContaining({ eta })));
    },
  );

  it('fills in the state of a ready event that does not say it', () => {
    const json = anOrder().next('ORDER_READY_FOR_RIDER');
    const { status: _, paymentStatus: __, userId: ___, ...data } = json.data;
    const parsed = parseEvent({ ...json, data }, () => 'bare');
    const made = parsed.ok ? pushesOf(parsed.event, now) : [];
    expect(made.map((push) => push.room.split(':')[0])).toEqual(['restaurant', 'ops', 'order']);
    expect(made[0]?.payload).toMatchObject({ status: 'ready_for_rider', paymentStatus: 'paid' });
  });

  it('pushes nothing of a bare message, which belongs to no stream', () => {
    const { type, data, timestamp } = anOrder().next('ORDER_READY_FOR_RIDER');
    const parsed = parseEvent({ type, data: { ...data, location: at }, timestamp }, () => 'bare');
    expect(parsed.ok && pushesOf(parsed.event, now)).toEqual([]);
  });

  it('does not offer what has expired, and offers the rest of the wave', () => {
    const other = `rider-${newId()}`;
    const offers = [
      { ...offer, riderId, riderUserId, expiresAt: now.toISOString() },
      { ...offer, riderId: newId(), riderUserId: other },
    ];
    const parsed = parseEvent(anEvent('DELIVERY_OFFERED', orderId, { orderId, wave: 2, offers }), () => 'bare');
    const made = parsed.ok ? pushesOf(parsed.event, now) : [];
    expect(made.filter((push) => push.room !== 'ops').map((push) => push.room)).toEqual([`user:${other}`]);
    expect(made[0]?.payload).toEqual(offer);
  });

  it('shows the position of a rider off a trip to operations only', () => {
    const parsed = parseEvent(anEvent('RIDER_LOCATIONS', riderId, { points: [point] }), () => 'bare');
    const made = parsed.ok ? pushesOf(parsed.event, now) : [];
    expect(made).toEqual([
      {
        room: 'ops',
        event: 'riders:locations',
        payload: { points: [{ location: at, at: now.toISOString(), seq: 9, stale: false, riderId, riderUserId }] },
      },
    ]);
  });
});
