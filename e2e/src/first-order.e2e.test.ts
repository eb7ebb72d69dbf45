import { eta } from '@tiffin/contracts/order-api';
import { type Actors, createActors, type Person, place } from '@tiffin/testing/actors';
import { eventually } from '@tiffin/testing/eventually';
import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import { openSocket } from '@tiffin/testing/socket';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

let stack: RunningStack;
let city: Actors;
let lonely: { customer: Person; id: string };

beforeAll(async () => {
  // Long enough for every order that has riders near it; the one without is given up while the others go on.
  stack = await startStack({ env: { SEARCH_LIMIT_S: '12' } });
  const { urls, secrets } = stack.file();
  city = createActors({ urls, jwtSecret: secrets.JWT_SECRET });
  lonely = await readyWhereNobodyIs();
});
afterAll(async () => {
  await stack?.dispose();
});

const HISTORY = [
  'ORDER_CREATED',
  'ORDER_PLACED',
  'ORDER_ACCEPTED',
  'ORDER_PREPARING',
  'ORDER_READY_FOR_RIDER',
  'ORDER_RIDER_ASSIGNED',
  'ORDER_PICKED_UP',
  'ORDER_DELIVERED',
];

const entries = z.array(z.object({ account: z.string(), party: z.string().optional(), amountPaise: z.int() }));
const orderLedger = z.object({
  items: z.array(z.object({ type: z.string(), entries })),
  balances: entries,
  payment: z.unknown(),
});

const status = async (who: Person, id: string, wanted: string) =>
  eventually(`order ${id} to be ${wanted}`, async () => {
    const order = await city.order(who, id);
    return order.status === wanted && order;
  });

const refunded = async (who: Person, id: string) => {
  const order = await city.order(who, id);
  return order.paymentStatus === 'refunded' ? order : undefined;
};

const readyWhereNobodyIs = async () => {
  const kitchen = await city.openKitchen({ at: place(80_000) });
  const customer = city.person('customer');
  const { _id: id } = await city.placeOrder(customer, kitchen, place(81_000));
  await city.pay(customer, id);
  await status(customer, id, 'placed');
  for (const [verb, body] of [['accept', { prepMinutes: 5 }], ['ready']] as const)
    expect((await city.kitchen(kitchen.owner, id, verb, body)).status, verb).toBe(200);
  return { customer, id };
};

describe('an order from basket to doorstep', () => {
  it('is paid by a signed webhook, cooked, offered to the nearest rider, carried and delivered, and everybody sees it', async () => {
    const kitchen = await city.openKitchen();
    const near = await city.riderOnDuty(place(250));
    const far = await city.riderOnDuty(place(900));
    const customer = city.person('customer');
    const open = (who: Person) => openSocket(stack.file().urls.realtime, who.token);
    const customerSocket = await open(customer);
    const kitchenSocket = await open(kitchen.owner);
    const nearSocket = await open(near.rider);
    const farSocket = await open(far.rider);
    try {
      const { _id: id } = await city.placeOrder(customer, kitchen);
      const watched = await customerSocket.request('order:watch', { orderId: id });
      expect(watched).toMatchObject({ ok: true, seq: 1 });
      await city.pay(customer, id);
      const placed = await kitchenSocket.next('order:new', ({ orderId }) => orderId === id);
      expect(placed).toMatchObject({ seq: 2, type: 'ORDER_PLACED', order: { _id: id, status: 'placed' } });

      expect((await city.kitchen(kitchen.owner, id, 'accept', { prepMinutes: 15 })).status).toBe(200);
      const told = await customerSocket.next('order:update', ({ type }) => type === 'ORDER_ACCEPTED');
      expect(told).toMatchObject({ orderId: id, eta: (await city.order(customer, id)).eta });
      const promised = eta.parse(told.eta);
      expect((await city.kitchen(kitchen.owner, id, 'prepare')).status).toBe(200);
      expect((await city.kitchen(kitchen.owner, id, 'ready')).status).toBe(200);

      const offer = await nearSocket.next('order:available', ({ orderId }) => orderId === id);
      expect(offer).toMatchObject({ orderId: id, restaurantName: 'Dosa House' });
      expect(offer).not.toHaveProperty('customerPhone');
      expect(farSocket.seen('order:available')).toEqual([]);
      expect(await city.openOffers(near.rider)).toHaveLength(1);

      const accepted = await city.expecting(city.trip(near.rider, id, 'accept'), 200, city.deliveryReply);
      expect(accepted.delivery).toMatchObject({
        status: 'assigned',
        riderId: near.profile._id,
        customerPhone: '+91 98450 12345',
      });
      const assigned = await customerSocket.next('order:rider_assigned', ({ orderId }) => orderId === id);
      expect(assigned).toMatchObject({ riderId: near.profile._id, riderName: near.profile.name });
      // The food was ready at once, and the rider is round the corner.
      expect(Date.parse(eta.parse(assigned.eta).latest)).toBeLessThan(Date.parse(promised.earliest));

      const position = { seq: 5, at: new Date().toISOString(), location: place(240, 10), accuracyM: 8 };
      const url = city.api('rider', '/riders/me/locations');
      const reported = await city.call(near.rider, 'POST', url, { points: [position] });
      expect(reported).toMatchObject({ status: 200, body: { accepted: 1 } });
      const seen = await customerSocket.next('rider:location', ({ orderId }) => orderId === id);
      expect(seen).toMatchObject({ orderId: id, stale: false });

      expect((await city.trip(near.rider, id, 'pick-up')).status).toBe(200);
      await status(customer, id, 'picked_up');
      expect((await city.trip(near.rider, id, 'deliver')).status).toBe(200);
      const done = await status(customer, id, 'delivered');
      expect(done).toMatchObject({ paymentStatus: 'paid', riderName: near.profile.name });
      expect(done).not.toHaveProperty('eta');

      const history = await city.events(customer, id);
      expect(history.map(({ type }) => type)).toEqual(HISTORY);
      expect(history.map(({ seq }) => seq)).toEqual(HISTORY.map((_, index) => index + 1));
      const pushed = await eventually('every push', () => {
        const seqs = customerSocket
          .seen('order:update', 'order:rider_assigned')
          .filter(({ orderId }) => orderId === id)
          .map(({ seq }) => seq);
        return new Set(seqs).size >= HISTORY.length - 1 && seqs;
      });
      const afterWatch = HISTORY.map((_, index) => index + 1).slice(1);
      expect([...new Set(pushed)].sort()).toEqual(expect.arrayContaining(afterWatch));
    } finally {
      for (const socket of [customerSocket, kitchenSocket, nearSocket, farSocket]) socket.close();
    }
  });

  it('tells one story: every event of order, payment and delivery carries the id of ORDER_CREATED', async () => {
    const kitchen = await city.openKitchen({ at: place(20_000) });
    const { rider, profile } = await city.riderOnDuty(place(20_200));
    const customer = city.person('customer');
    const { _id: id, totalPaise, subtotalPaise } = await city.placeOrder(customer, kitchen, place(21_000));
    await city.pay(customer, id);
    await status(customer, id, 'placed');
    await city.kitchen(kitchen.owner, id, 'accept', { prepMinutes: 5 });
    await city.kitchen(kitchen.owner, id, 'ready');
    await eventually('an offer', async () => (await city.openOffers(rider)).length === 1);
    await city.trip(rider, id, 'accept');
    await city.trip(rider, id, 'pick-up');
    await city.trip(rider, id, 'deliver');
    await status(customer, id, 'delivered');

    const [created] = await city.events(customer, id);
    const admin = city.person('admin');
    const logged = z.object({ items: z.array(z.object({ type: z.string() })) });
    const types = await eventually('the whole story in the event log', async () => {
      const url = `${stack.file().urls.utils}/admin/events?correlationId=${created?.id}&limit=100`;
      const { items } = await city.expecting(city.call(admin, 'GET', url), 200, logged);
      const found = items.map(({ type }) => type);
      return found.includes('ORDER_DELIVERED') && found.includes('DELIVERY_COMPLETED') && found;
    });
    expect(types).toEqual(
      expect.arrayContaining([
        ...HISTORY.filter((type) => type !== 'ORDER_PREPARING'),
        'PAYMENT_CREATED',
        'PAYMENT_SUCCESS',
        'DELIVERY_OFFERED',
        'RIDER_ASSIGNED',
        'DELIVERY_PICKED_UP',
        'DELIVERY_COMPLETED',
      ]),
    );
    expect(new Set(types).size).toBe(types.length);

    // Its money: the food to the restaurant, one started kilometre to the rider, the rest the platform's, and nothing left over.
    const books = `${stack.file().urls.utils}/admin/ledger/orders/${id}`;
    const { items, balances, payment } = await city.expecting(city.call(admin, 'GET', books), 200, orderLedger);
    expect(items.map(({ type }) => type).sort()).toEqual(['DELIVERY_COMPLETED', 'ORDER_DELIVERED', 'PAYMENT_SUCCESS']);
    for (const { entries: moved } of items)
      expect(moved.reduce((sum, { amountPaise }) => sum + amountPaise, 0)).toBe(0);
    expect(balances).toEqual([
      { account: 'gateway', amountPaise: totalPaise },
      { account: 'restaurant', party: kitchen.restaurant._id, amountPaise: -subtotalPaise },
      { account: 'rider', party: profile._id, amountPaise: -1_700 },
      { account: 'platform', amountPaise: subtotalPaise + 1_700 - totalPaise },
    ]);
    expect(payment).toEqual({ capturedPaise: totalPaise, refundedPaise: 0, agrees: true });
  });
});

describe('an order that ends early', () => {
  it('cancelled when paid: the money goes back, and the order says so', async () => {
    const kitchen = await city.openKitchen({ at: place(40_000) });
    const customer = city.person('customer');
    const { _id: id, totalPaise } = await city.placeOrder(customer, kitchen, place(41_000));
    await city.pay(customer, id);
    await status(customer, id, 'placed');
    expect((await city.kitchen(customer, id, 'cancel', { reason: 'changed my mind' })).status).toBe(200);
    const order = await eventually('the refund', async () => {
      const found = await city.order(customer, id);
      return found.paymentStatus === 'refunded' && found;
    });
    expect(order.status).toBe('cancelled');
    const { body } = await city.call(customer, 'GET', city.api('utils', `/payments/${id}`));
    expect(body).toMatchObject({ payment: { refunds: [{ amountPaise: totalPaise, status: 'processed' }] } });
  });

  it('rejected by the kitchen: the money goes back', async () => {
    const kitchen = await city.openKitchen({ at: place(60_000) });
    const customer = city.person('customer');
    const { _id: id } = await city.placeOrder(customer, kitchen, place(61_000));
    await city.pay(customer, id);
    await status(customer, id, 'placed');
    expect((await city.kitchen(kitchen.owner, id, 'reject', { reason: 'out of batter' })).status).toBe(200);
    await eventually('the refund', async () => (await city.order(customer, id)).paymentStatus === 'refunded');
  });

  it('D5, E06: that no rider was found for is cancelled at the limit of its search: the money goes back', async () => {
    const { customer, id } = lonely;
    const order = await eventually('the refund', async () => (await refunded(customer, id)) ?? false, {
      withinMs: 30_000,
    });
    expect(order.status).toBe('cancelled');
    const admin = city.person('admin');
    const told = z.object({ items: z.array(z.object({ type: z.string() })) });
    const types = await eventually('the story in the log', async () => {
      const url = `${stack.file().urls.utils}/admin/events?orderId=${id}&limit=100`;
      const found = (await city.expecting(city.call(admin, 'GET', url), 200, told)).items.map(({ type }) => type);
      return found.includes('ORDER_REFUNDED') && found;
    });
    const end = ['DELIVERY_ESCALATED', 'ORDER_CANCELLED', 'REFUND_REQUESTED', 'REFUND_PROCESSED', 'ORDER_REFUNDED'];
    expect(types.filter((type) => end.includes(type))).toEqual(end);
  });
});
