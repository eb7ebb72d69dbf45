import { randomUUID } from 'node:crypto';
import { eventually } from '@tiffin/testing/eventually';
import { startTcpProxy } from '@tiffin/testing/tcp-proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent, anOrder, newId, type TestOrder } from '../an-order.fixture.ts';
import { startWorld, type World } from '../world.fixture.ts';

let world: World;
let node: Awaited<ReturnType<World['startLinkedNode']>>;

beforeAll(async () => {
  world = await startWorld('watch');
  node = await world.startLinkedNode();
});
afterAll(() => world.close());

const ALL = ['order:new', 'order:update', 'order:rider_assigned'] as const;
const KITCHEN = [
  'ORDER_CREATED',
  'ORDER_PLACED',
  'ORDER_ACCEPTED',
  'ORDER_PREPARING',
  'ORDER_READY_FOR_RIDER',
] as const;

/** An order that was placed while nobody here was listening. */
const placed = (upTo = 2): TestOrder => {
  const order = world.neighbours.keep(anOrder());
  for (const type of KITCHEN.slice(0, upTo)) order.next(type);
  return order;
};
const questions = (order: TestOrder) => world.neighbours.asked.filter((path) => path.includes(order.orderId)).length;

describe('order:watch', () => {
  it('answers with the order when no place is named, the code at the door for its customer only', async () => {
    const order = placed();
    const customer = await world.connect(node.url, 'customer', order.userId);
    const kitchen = await world.connect(node.url, 'restaurant', order.ownerId);
    const watched = await customer.request('order:watch', { orderId: order.orderId });
    expect(watched).toEqual({ ok: true, seq: 2, snapshot: order.view() });
    const { deliveryCode: _, ...withoutCode } = order.view();
    expect(await kitchen.request('order:watch', { orderId: order.orderId })).toMatchObject({ seq: 2 });
    const shown = (await kitchen.request('order:watch', { orderId: order.orderId })) as { snapshot: object };
    expect(Object.keys(shown.snapshot).sort()).toEqual(Object.keys(withoutCode).sort());
  });

  it('answers with exactly the pushes after a place', async () => {
    const order = placed(4);
    const customer = await world.connect(node.url, 'customer', order.userId);
    const answer = await customer.request('order:watch', { orderId: order.orderId, since: 2 });
    expect(answer).toMatchObject({
      ok: true,
      seq: 4,
      events: [
        { event: 'order:update', payload: { seq: 3, type: 'ORDER_ACCEPTED', status: 'accepted', prepMinutes: 15 } },
        { event: 'order:update', payload: { seq: 4, type: 'ORDER_PREPARING', status: 'preparing' } },
      ],
    });
    expect(await customer.request('order:watch', { orderId: order.orderId, since: 4 })).toEqual({
      ok: true,
      seq: 4,
      events: [],
    });
  });

  it('gives the kitchen its order:new again when that is what it missed', async () => {
    const order = placed(3);
    const kitchen = await world.connect(node.url, 'restaurant', order.ownerId);
    expect(await kitchen.request('order:watch', { orderId: order.orderId, since: 1 })).toMatchObject({
      events: [{ event: 'order:new', payload: { seq: 2, order: { _id: order.orderId } } }, { event: 'order:update' }],
    });
  });

  it('answers with the order when the place is ahead of it', async () => {
    const order = placed();
    const customer = await world.connect(node.url, 'customer', order.userId);
    expect(await customer.request('order:watch', { orderId: order.orderId, since: 99 })).toMatchObject({
      seq: 2,
      snapshot: {},
    });
  });

  it('asks the restaurant service once for a storm of watchers, and not at all for those who resume', async () => {
    const order = placed(3);
    const sockets = await Promise.all(
      Array.from({ length: 5 }, () => world.connect(node.url, 'customer', order.userId)),
    );
    await Promise.all(sockets.map((socket) => socket.request('order:watch', { orderId: order.orderId, since: 0 })));
    expect(questions(order)).toBe(1);
    for (const socket of sockets) await socket.request('order:watch', { orderId: order.orderId, since: 1 });
    expect(questions(order)).toBe(1);
  });

  it('shows an event that passed while this service was down', async () => {
    const order = placed(1);
    const first = await world.startLinkedNode();
    const before = await world.connect(first.url, 'restaurant', order.ownerId);
    await before.request('order:watch', { orderId: order.orderId });
    await first.drain();
    await first.close();
    await world.publish(order.next('ORDER_PLACED'));

    const second = await world.startLinkedNode();
    const kitchen = await world.connect(second.url, 'restaurant', order.ownerId);
    expect(await kitchen.request('order:watch', { orderId: order.orderId, since: 1 })).toMatchObject({
      seq: 2,
      events: [{ event: 'order:new', payload: { seq: 2, type: 'ORDER_PLACED' } }],
    });
    await world.publish(order.next('ORDER_ACCEPTED'));
    expect(await kitchen.next('order:update', ({ seq }) => seq === 3)).toMatchObject({ type: 'ORDER_ACCEPTED' });
  });

  it('lets the kitchen hear order:new of an order that was paid while this service was down', async () => {
    const order = placed(1);
    const first = await world.startLinkedNode();
    await world.connect(first.url, 'restaurant', order.ownerId);
    await first.drain();
    await first.close();
    order.next('ORDER_PLACED');
    const answered = world.neighbours.keep({ ...anOrder(), ownerId: order.ownerId });
    for (const type of KITCHEN.slice(0, 3)) answered.next(type);

    const second = await world.startLinkedNode();
    const kitchen = await world.connect(second.url, 'restaurant', order.ownerId);
    expect(await kitchen.next('order:new')).toMatchObject({ orderId: order.orderId, seq: 2, type: 'ORDER_PLACED' });
    await world.publish(order.next('ORDER_ACCEPTED'));
    await kitchen.next('order:update', ({ seq }) => seq === 3);
    expect(kitchen.seen(...ALL).map(({ orderId, seq }) => [orderId, seq])).toEqual(
      [1, 2, 3].map((seq) => [order.orderId, seq]),
    );

    // Another tablet of the same kitchen makes nobody ask, and nobody hear, again.
    await world.connect(second.url, 'restaurant', order.ownerId);
    await world.publish(order.next('ORDER_PREPARING'));
    await kitchen.next('order:update', ({ seq }) => seq === 4);
    expect(kitchen.seen('order:new')).toHaveLength(1);
  });

  it('loses and doubles nothing over cut connections, the events passing all the while', async () => {
    const order = placed(1);
    const proxy = await startTcpProxy(node.port);
    const client = await world.connect(`http://127.0.0.1:${proxy.port}`, 'customer', order.userId);
    const seqs: number[] = [];
    const show = (seq: unknown) => {
      if (typeof seq === 'number' && seq === seqs.length + 1) seqs.push(seq);
    };
    let read = 0;
    const resume = async () => {
      const answer = (await client.request('order:watch', { orderId: order.orderId, since: seqs.length })) as {
        events?: { payload: { seq: number } }[];
      };
      for (const { payload } of answer.events ?? []) show(payload.seq);
    };
    await resume();
    for (let round = 0; round < 8; round += 1) {
      await world.publish(order.next('ORDER_REFUNDED'));
      proxy.cut();
      await world.publish(order.next('ORDER_REFUND_FAILED'));
      await eventually('the client is back', () => proxy.open > 0);
      await eventually('the resume', async () => {
        await resume();
        return true;
      });
      for (; read < client.seen(...ALL).length; read += 1) show(client.seen(...ALL)[read]?.seq);
    }
    await resume();
    expect(seqs).toEqual(order.events.map(({ seq }) => seq));
    client.close();
    await proxy.close();
  });

  it('fills a gap of the bus from the history, in order and once', async () => {
    const order = placed(1);
    const customer = await world.connect(node.url, 'customer', order.userId);
    await world.publish(order.next('ORDER_PLACED'));
    await customer.next('order:update');
    order.next('ORDER_ACCEPTED');
    await world.publish(order.next('ORDER_PREPARING'));
    await customer.next('order:update', ({ seq }) => seq === 4);
    expect(customer.seen(...ALL).map(({ seq }) => seq)).toEqual([2, 3, 4]);
  });

  it('pushes no event that the order never had, and every true one after it', async () => {
    const order = placed(1);
    const customer = await world.connect(node.url, 'customer', order.userId);
    await customer.request('order:watch', { orderId: order.orderId });
    const before = questions(order);
    const second = order.next('ORDER_PLACED');
    await world.publish(second);
    await customer.next('order:update', ({ seq }) => seq === 2);
    await world.publish({ ...second, id: randomUUID(), seq: 900_000 });
    await eventually('the history to be asked for', () => questions(order) > before);
    await world.publish(order.next('ORDER_ACCEPTED'));
    await customer.next('order:update', ({ seq }) => seq === 3);
    expect(customer.seen(...ALL).map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('answers about an order that is over, and joins nothing', async () => {
    const order = placed(2);
    for (const type of ['ORDER_READY_FOR_RIDER', 'ORDER_RIDER_ASSIGNED', 'ORDER_CANCELLED'] as const) order.next(type);
    const rider = await world.connect(node.url, 'rider', order.riderUserId);
    const customer = await world.connect(node.url, 'customer', order.userId);
    expect(await rider.request('order:watch', { orderId: order.orderId, since: 4 })).toMatchObject({
      ok: true,
      seq: 5,
      events: [{ payload: { type: 'ORDER_CANCELLED' } }],
    });
    await world.publish(order.next('ORDER_REFUNDED'));
    await customer.next('order:update', ({ seq }) => seq === 6);
    expect(rider.seen('order:update')).toEqual([]);
  });

  it('stops when told, and goes on for the others', async () => {
    const order = placed(2);
    const rider = await world.connect(node.url, 'rider', order.riderUserId);
    order.next('ORDER_READY_FOR_RIDER');
    order.next('ORDER_RIDER_ASSIGNED');
    expect(await rider.request('order:watch', { orderId: order.orderId, since: 4 })).toMatchObject({ ok: true });
    await world.publish(order.next('ORDER_PICKED_UP'));
    await rider.next('order:update', ({ seq }) => seq === 5);
    expect(await rider.request('order:unwatch', { orderId: order.orderId })).toEqual({ ok: true });
    const customer = await world.connect(node.url, 'customer', order.userId);
    await world.publish(order.next('ORDER_REFUNDED'));
    await customer.next('order:update', ({ seq }) => seq === 6);
    expect(rider.seen('order:update').map(({ seq }) => seq)).toEqual([5]);
  });

  it('takes the order from the rider once it is delivered', async () => {
    const order = placed(2);
    order.next('ORDER_READY_FOR_RIDER');
    order.next('ORDER_RIDER_ASSIGNED');
    const rider = await world.connect(node.url, 'rider', order.riderUserId);
    const customer = await world.connect(node.url, 'customer', order.userId);
    await rider.request('order:watch', { orderId: order.orderId });
    await world.publish(order.next('ORDER_DELIVERED'));
    await rider.next('order:update', ({ seq }) => seq === 5);
    await world.publish(order.next('ORDER_REFUNDED'));
    await customer.next('order:update', ({ seq }) => seq === 6);
    expect(rider.seen('order:update').map(({ seq }) => seq)).toEqual([5]);
    expect(await rider.request('order:watch', { orderId: order.orderId })).toEqual({ ok: false, code: 'not_found' });
  });

  it('says so when the restaurant service cannot be asked, and answers when it is back', async () => {
    const order = placed(2);
    const customer = await world.connect(node.url, 'customer', order.userId);
    world.neighbours.state.away = true;
    const watch = () => customer.request('order:watch', { orderId: order.orderId, since: 0 });
    expect(await watch()).toEqual({ ok: false, code: 'unavailable' });
    world.neighbours.state.away = false;
    expect(await watch()).toMatchObject({ ok: true, seq: 2 });
  });
});

describe('positions', () => {
  const at = (lng: number) => ({ type: 'Point', coordinates: [lng, 12.97] });
  const positionOf = (order: TestOrder, seq: number, lng: number, others: object[] = []) =>
    anEvent('RIDER_LOCATIONS', order.riderId, {
      points: [
        {
          riderId: order.riderId,
          riderUserId: order.riderUserId,
          orderId: order.orderId,
          userId: order.userId,
          location: at(lng),
          at: new Date().toISOString(),
          seq,
        },
        ...others,
      ],
    });

  it('reach the customer as the newest of each second, and a new watcher at once', async () => {
    const order = placed(2);
    const customer = await world.connect(node.url, 'customer', order.userId);
    const stranger = await world.connect(node.url, 'customer', `customer-${newId()}`);
    for (let seq = 1; seq <= 10; seq += 1) await world.publish(positionOf(order, seq, 77 + seq / 10));
    await customer.next('rider:location', ({ seq }) => seq === 10);
    expect(customer.seen('rider:location').map(({ seq }) => seq)).toEqual([1, 10]);
    expect(customer.seen('rider:location')[1]).toMatchObject({
      orderId: order.orderId,
      location: at(78),
      stale: false,
    });
    expect(stranger.seen('rider:location')).toEqual([]);
    const answer = await customer.request('order:watch', { orderId: order.orderId, since: 0 });
    expect(answer).toMatchObject({ ok: true, location: { location: at(78), seq: 10 } });
  });

  it('reach operations with who it is, many in one message, beside the trip operations watch', async () => {
    const order = placed(2);
    const admin = await world.connect(node.url, 'admin', `admin-${newId()}`);
    await admin.request('order:watch', { orderId: order.orderId });
    const others = [newId(), newId()].map((riderId) => {
      return { riderId, riderUserId: `user-${riderId}`, location: at(77), at: new Date().toISOString(), seq: 1 };
    });
    await world.publish(positionOf(order, 1, 77.5, others));
    const point = { orderId: order.orderId, riderId: order.riderId, riderUserId: order.riderUserId, seq: 1 };
    expect(await admin.next('riders:locations')).toMatchObject({
      points: [point, ...others.map(({ riderId, riderUserId }) => ({ riderId, riderUserId }))],
    });
    expect(await admin.next('rider:location')).toMatchObject({ orderId: order.orderId, seq: 1 });
  });

  it('are not told twice, and never go back', async () => {
    const order = placed(2);
    const customer = await world.connect(node.url, 'customer', order.userId);
    await customer.request('order:watch', { orderId: order.orderId });
    await world.publish(positionOf(order, 7, 77.1));
    await customer.next('rider:location');
    await world.publish(positionOf(order, 6, 77.2));
    await world.publish(positionOf(order, 7, 77.1));
    await world.publish(positionOf(order, 8, 77.3));
    await customer.next('rider:location', ({ seq }) => seq === 8);
    expect(customer.seen('rider:location').map(({ seq }) => seq)).toEqual([7, 8]);
  });

  it('go to the rider service under the token of the rider, and its answer is the answer', async () => {
    const rider = await world.connect(node.url, 'rider', `rider-${newId()}`);
    const points = [{ seq: 1, at: new Date().toISOString(), location: at(77.6), accuracyM: 12 }];
    world.neighbours.locationsAnswer.body = { accepted: 0, dropped: [{ seq: 1, reason: 'repeated' }], nextInMs: 5_000 };
    expect(await rider.request('rider:location', { points })).toEqual({
      ok: true,
      accepted: 0,
      dropped: [{ seq: 1, reason: 'repeated' }],
      nextInMs: 5_000,
    });
    expect(world.neighbours.reported.at(-1)?.body).toEqual({ points });
    world.neighbours.state.away = true;
    expect(await rider.request('rider:location', { points })).toEqual({ ok: false, code: 'unavailable' });
    world.neighbours.state.away = false;
  });
});
