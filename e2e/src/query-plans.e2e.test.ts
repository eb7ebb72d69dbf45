import { type Actors, createActors, type Person, place } from '@tiffin/testing/actors';
import { createCrowd } from '@tiffin/testing/crowd';
import { eventually } from '@tiffin/testing/eventually';
import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, it } from 'vitest';

const SERVICES = ['restaurant', 'rider', 'utils'] as const;

let stack: RunningStack;
let city: Actors;
let client: MongoClient;

beforeAll(async () => {
  stack = await startStack({ env: { POSITION_FRESH_S: '3600' } });
  const { urls, secrets, infrastructure } = stack.file();
  city = createActors({ urls, jwtSecret: secrets.JWT_SECRET });
  client = await new MongoClient(infrastructure.mongodb.url).connect();
  for (const service of SERVICES) await client.db(`tiffin-${service}`).setProfilingLevel('all');
});
afterAll(async () => {
  await client?.close();
  await stack?.dispose();
});

/** The lists and pages that people look at, beside the orders themselves. */
const lookAtEverything = async (
  order: { id: string; customer: Person; acceptedBy: Person },
  kitchen: { owner: Person; restaurant: { _id: string } },
) => {
  const admin = city.person('admin');
  const { utils } = stack.file().urls;
  const look = async (who: Person, url: string) => {
    const { status } = await city.call(who, 'GET', url);
    expect(status, url).toBeLessThan(300);
  };
  await look(order.customer, city.api('restaurant', '/orders'));
  await look(order.customer, city.api('restaurant', '/orders?status=delivered'));
  await look(kitchen.owner, city.api('restaurant', `/orders?restaurantId=${kitchen.restaurant._id}`));
  await look(kitchen.owner, city.api('restaurant', `/orders?restaurantId=${kitchen.restaurant._id}&status=rejected`));
  await look(kitchen.owner, city.api('restaurant', '/restaurants?owner=me'));
  await look(order.customer, city.api('restaurant', '/restaurants?latitude=12.97&longitude=77.6'));
  await look(order.customer, city.api('restaurant', `/restaurants/${kitchen.restaurant._id}`));
  await look(order.acceptedBy, city.api('rider', '/riders/me'));
  await look(order.acceptedBy, city.api('rider', '/riders/me/offers'));
  for (const query of ['', `?restaurantId=${kitchen.restaurant._id}`, '?status=placed,accepted', '?status=delivered']) {
    await look(admin, city.api('restaurant', `/orders${query}`));
  }
  await look(admin, city.api('restaurant', '/restaurants'));
  await look(admin, city.api('rider', '/riders'));
  await look(admin, city.api('rider', '/deliveries?active=true'));
  await look(admin, city.api('rider', `/deliveries/${order.id}`));
  await look(admin, city.api('rider', `/deliveries/${order.id}/decisions`));
  await look(admin, city.api('rider', `/deliveries/${order.id}/trail`));
  await look(order.customer, city.api('utils', `/payments/${order.id}`));
  const story = (await city.events(order.customer, order.id))[0]?.id;
  const someday = '2026-01-01T00:00:00.000Z';
  for (const filter of [`orderId=${order.id}`, 'type=ORDER_PLACED', `correlationId=${story}`, `from=${someday}`]) {
    await look(admin, `${utils}/admin/events?${filter}`);
  }
  for (const filter of ['', '?state=open']) await look(admin, `${utils}/admin/cases${filter}`);
  const always = `from=${someday}&to=2199-01-01T00:00:00.000Z`;
  const today = new Date().toISOString().slice(0, 10);
  for (const books of [`?${always}`, `?${always}&orderId=${order.id}`, `/orders/${order.id}`]) {
    await look(admin, `${utils}/admin/ledger${books}`);
  }
  await look(admin, `${utils}/admin/ledger/settlement?date=${today}&format=json`);
};

it('every query of the services is answered by an index, whatever an order goes through', async () => {
  const crowd = await createCrowd(() => city, { riders: 3 });
  const finished = await Promise.all([0, 1, 2].map(crowd.runOrder));
  const [first] = finished;
  if (!first) throw new Error('no order');

  const kitchen = await city.openKitchen({ at: place(20_000) });
  const customer = city.person('customer');
  const { _id: refused } = await city.placeOrder(customer, kitchen, place(21_000));
  await city.pay(customer, refused);
  await eventually('it is placed', async () => (await city.order(customer, refused)).status === 'placed');
  await city.kitchen(kitchen.owner, refused, 'reject', { reason: 'no more rice' });
  await eventually('its money is back', async () => (await city.order(customer, refused)).paymentStatus === 'refunded');
  await lookAtEverything(first, kitchen);

  for (const service of SERVICES) {
    const noted = await client.db(`tiffin-${service}`).collection('system.profile').find().toArray();
    const scans = noted.filter(({ planSummary }) => planSummary.includes('COLLSCAN'));
    expect(noted.length, `what ${service} asked`).toBeGreaterThan(10);
    expect(
      scans.map(({ ns, command }) => `${ns}: ${JSON.stringify(command)}`),
      service,
    ).toEqual([]);
  }
});
