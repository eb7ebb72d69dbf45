import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent, anOrder, newId } from './an-order.fixture.ts';
import { startWorld, type World } from './world.fixture.ts';

let world: World;
let node: Awaited<ReturnType<World['startLinkedNode']>>;

beforeAll(async () => {
  world = await startWorld('rooms');
  node = await world.startLinkedNode();
});
afterAll(() => world.close());

const at = { type: 'Point', coordinates: [77.6, 12.97] };

describe('rooms follow from the token', () => {
  it('lets the customer, the kitchen and operations hear an order, each event once and without a hole', async () => {
    const order = world.neighbours.keep(anOrder());
    const customer = await world.connect(node.url, 'customer', order.userId);
    const kitchen = await world.connect(node.url, 'restaurant', order.ownerId);
    const ops = await world.connect(node.url, 'admin', `admin-${newId()}`);
    const hungryAdmin = await world.connect(node.url, 'admin', order.userId);
    const stranger = await world.connect(node.url, 'customer', `customer-${newId()}`);
    await customer.request('order:watch', { orderId: order.orderId });

    const types = [
      'ORDER_CREATED',
      'ORDER_PLACED',
      'ORDER_ACCEPTED',
      'ORDER_READY_FOR_RIDER',
      'ORDER_RIDER_ASSIGNED',
    ] as const;
    for (const type of types) await world.publish(order.next(type));

    await eventually('the last push', () => kitchen.seen('order:rider_assigned').length > 0);
    await eventually('the last push', () => customer.seen('order:rider_assigned').length > 0);
    await eventually('the last push', () => ops.seen('order:rider_assigned').length > 0);
    const all = ['order:new', 'order:update', 'order:rider_assigned'] as const;
    expect(kitchen.seen(...all).map(({ seq, type }) => [seq, type])).toEqual(types.map((type, at) => [at + 1, type]));
    expect(customer.seen(...all).map(({ seq, type }) => [seq, type])).toEqual(types.map((type, at) => [at + 1, type]));
    expect(ops.seen(...all).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    await eventually('the last push', () => hungryAdmin.seen('order:rider_assigned').length > 0);
    expect(hungryAdmin.seen(...all).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(kitchen.seen('order:new')).toHaveLength(1);
    expect(customer.seen('order:new')).toHaveLength(0);
    expect(customer.seen('order:rider_assigned')[0]).toMatchObject({ riderId: order.riderId, riderName: 'Ravi' });
    expect(stranger.seen(...all)).toEqual([]);
  });

  it('offers a delivery to the riders asked, and tells each what became of the offer', async () => {
    const [rider, other] = [`rider-${newId()}`, `rider-${newId()}`];
    const socket = await world.connect(node.url, 'rider', rider);
    const otherSocket = await world.connect(node.url, 'rider', other);
    const orderId = newId();
    const offer = {
      orderId,
      offerId: newId(),
      pickup: at,
      distanceM: 420,
      expiresAt: new Date(Date.now() + 12_000).toISOString(),
    };
    const stale = { ...offer, offerId: newId(), expiresAt: new Date(Date.now() - 1).toISOString() };
    await world.publish(
      anEvent('DELIVERY_OFFERED', orderId, {
        orderId,
        wave: 1,
        offers: [
          { ...offer, riderId: newId(), riderUserId: rider },
          { ...stale, riderId: newId(), riderUserId: other },
        ],
      }),
    );
    await world.publish(
      anEvent('OFFER_REVOKED', orderId, {
        orderId,
        closed: [
          { offerId: offer.offerId, riderUserId: rider, reason: 'taken' },
          { offerId: stale.offerId, riderUserId: other, reason: 'expired' },
        ],
      }),
    );
    expect(await socket.next('order:offer_closed')).toEqual({ orderId, offerId: offer.offerId, reason: 'taken' });
    expect(socket.seen('order:available')).toEqual([offer]);
    expect(await otherSocket.next('order:offer_closed')).toMatchObject({ reason: 'expired' });
    expect(otherSocket.seen('order:available')).toEqual([]);
  });

  it('hears a restaurant that opened after its owner connected', async () => {
    const order = anOrder();
    const kitchen = await world.connect(node.url, 'restaurant', order.ownerId);
    await world.publish(
      anEvent('RESTAURANT_CHANGED', order.restaurantId, {
        restaurantId: order.restaurantId,
        ownerId: order.ownerId,
        name: 'Dosa House',
        isOpen: true,
      }),
    );
    await world.publish(order.next('ORDER_CREATED'));
    await world.publish(order.next('ORDER_PLACED'));
    expect(await kitchen.next('order:new')).toMatchObject({ orderId: order.orderId, seq: 2 });
  });

  it('joins the restaurants of an owner who connected while the restaurant service was away', async () => {
    const order = world.neighbours.keep(anOrder());
    world.neighbours.state.away = true;
    const kitchen = await world.connect(node.url, 'restaurant', order.ownerId);
    world.neighbours.state.away = false;
    const asks = () => world.neighbours.asked.filter((path) => path.includes(order.ownerId)).length;
    await eventually('the second question', () => asks() > 1);
    await world.publish(order.next('ORDER_CREATED'));
    await eventually('the push', async () => {
      if (kitchen.seen('order:update').length > 0) return true;
      await world.publish(order.next('ORDER_REFUNDED'));
      return false;
    });
  });

  it('says nothing about replayed events', async () => {
    const order = anOrder();
    const customer = await world.connect(node.url, 'customer', order.userId);
    await world.publish(order.next('ORDER_CREATED'), { 'tiffin-replay': newId() });
    const second = anOrder();
    await world.publish({ ...second.next('ORDER_CREATED'), data: { ...second.events[0]?.data, userId: order.userId } });
    await customer.next('order:update', ({ orderId }) => orderId === second.orderId);
    expect(customer.seen('order:update').map(({ orderId }) => orderId)).toEqual([second.orderId]);
  });
});
