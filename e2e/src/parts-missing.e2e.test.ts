import { type Actors, createActors, place } from '@tiffin/testing/actors';
import { eventually } from '@tiffin/testing/eventually';
import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import { openSocket } from '@tiffin/testing/socket';
import { afterAll, beforeAll, expect, it } from 'vitest';

let stack: RunningStack;
let city: Actors;

beforeAll(async () => {
  stack = await startStack({ env: { POSITION_FRESH_S: '3600' } });
  const { urls, secrets } = stack.file();
  city = createActors({ urls, jwtSecret: secrets.JWT_SECRET });
});
afterAll(async () => {
  await stack?.dispose();
});

const answers = (service: 'realtime' | 'rider') =>
  eventually(
    `${service} to be ready`,
    async () => (await fetch(`${stack.file().urls[service]}/readyz`).catch(() => undefined))?.ok,
    { withinMs: 30_000 },
  );

it('T13, T15: with realtime away an order is paid, ready and offered; when it is back, the kitchen and the customer hear', async () => {
  const kitchen = await city.openKitchen();
  const { rider } = await city.riderOnDuty(place(200));
  const customer = city.person('customer');
  const { _id: id } = await city.placeOrder(customer, kitchen);
  await stack.command('realtime', 'stop');
  await city.pay(customer, id);
  await eventually('the order to be placed', async () => (await city.order(customer, id)).status === 'placed');

  await stack.command('realtime', 'start');
  await answers('realtime');
  const kitchenSocket = await openSocket(stack.file().urls.realtime, kitchen.owner.token);
  const told = await kitchenSocket.next('order:new', ({ orderId }) => orderId === id);
  expect(told).toMatchObject({ seq: 2, type: 'ORDER_PLACED' });
  kitchenSocket.close();

  await stack.command('realtime', 'stop');
  await city.kitchen(kitchen.owner, id, 'accept', { prepMinutes: 5 });
  expect((await city.kitchen(kitchen.owner, id, 'ready')).status).toBe(200);
  await eventually('the offer', async () => (await city.openOffers(rider)).some(({ orderId }) => orderId === id));

  await stack.command('realtime', 'start');
  await answers('realtime');
  const customerSocket = await openSocket(stack.file().urls.realtime, customer.token);
  const missed = await customerSocket.request('order:watch', { orderId: id, since: 2 });
  expect(missed).toMatchObject({ ok: true, seq: 4, events: [{ payload: { seq: 3 } }, { payload: { seq: 4 } }] });
  customerSocket.close();
});

it('T12: an order made ready while the rider service is away is offered when it is back', async () => {
  const kitchen = await city.openKitchen({ at: place(20_000) });
  const { rider } = await city.riderOnDuty(place(20_200));
  const customer = city.person('customer');
  const { _id: id } = await city.placeOrder(customer, kitchen, place(20_900));
  await city.pay(customer, id);
  await eventually('the order to be placed', async () => (await city.order(customer, id)).status === 'placed');
  await stack.command('rider', 'stop');
  await city.kitchen(kitchen.owner, id, 'accept', { prepMinutes: 5 });
  expect((await city.kitchen(kitchen.owner, id, 'ready')).status).toBe(200);
  await stack.command('rider', 'start');
  await answers('rider');
  await eventually('the offer', async () => (await city.openOffers(rider)).some(({ orderId }) => orderId === id));
  expect((await city.trip(rider, id, 'accept')).status).toBe(200);
});
