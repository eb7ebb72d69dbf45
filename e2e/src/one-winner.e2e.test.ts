import { type Actors, createActors, place } from '@tiffin/testing/actors';
import { eventually } from '@tiffin/testing/eventually';
import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import { afterAll, beforeAll, expect, it } from 'vitest';

const RIDERS = 61;

let stack: RunningStack;
let city: Actors;

beforeAll(async () => {
  stack = await startStack({ env: { OFFER_WAVE_SIZE: '60', OFFER_TTL_S: '2', POSITION_FRESH_S: '3600' } });
  const { urls, secrets } = stack.file();
  city = createActors({ urls, jwtSecret: secrets.JWT_SECRET });
});
afterAll(async () => {
  await stack?.dispose();
});

it('T06/T07: sixty riders accept at once: one gets 200, the others 409 or 410, and the winner never gets a second job', async () => {
  const kitchen = await city.openKitchen();
  const fleet = await Promise.all(
    Array.from({ length: RIDERS }, (_, index) => city.riderOnDuty(place(100 + index, index))),
  );
  const readyOrder = async () => {
    const customer = city.person('customer');
    const { _id: id } = await city.placeOrder(customer, kitchen);
    await city.pay(customer, id);
    await eventually('placed', async () => (await city.order(customer, id)).status === 'placed');
    await city.kitchen(kitchen.owner, id, 'accept', { prepMinutes: 5 });
    await city.kitchen(kitchen.owner, id, 'ready');
    return { id, customer };
  };
  const { id, customer } = await readyOrder();
  // The first offer is exclusive; when it has expired the wave of sixty goes out to the others.
  const holders = await eventually('the wave', async () => {
    const offers = await Promise.all(fleet.map(async ({ rider }) => ({ rider, open: await city.openOffers(rider) })));
    const asked = offers.filter(({ open }) => open.some(({ orderId }) => orderId === id));
    return asked.length >= RIDERS - 1 && asked.map(({ rider }) => rider);
  });
  const answers = await Promise.all(
    holders.map(async (rider) => ({ rider, ...(await city.trip(rider, id, 'accept')) })),
  );
  const winners = answers.filter(({ status }) => status === 200);
  expect(winners).toHaveLength(1);
  for (const { status } of answers) expect([200, 409, 410]).toContain(status);
  const [winner] = winners;
  if (!winner) throw new Error('nobody won');
  const again = await city.trip(winner.rider, id, 'accept');
  expect(again.status).toBe(200);
  const assigned = await eventually('the order to know its rider', async () => {
    const order = await city.order(customer, id);
    return order.status === 'rider_assigned' && order;
  });
  const profile = fleet.find(({ rider }) => rider.sub === winner.rider.sub)?.profile;
  expect(assigned.riderId).toBe(profile?._id);
  expect(assigned.riderName).toBe(profile?.name);

  const second = await readyOrder();
  await eventually('another rider to be asked', async () => {
    for (const { rider } of fleet)
      if ((await city.openOffers(rider)).some(({ orderId }) => orderId === second.id)) return rider;
    return undefined;
  });
  const busy = await city.trip(winner.rider, second.id, 'accept');
  expect([404, 409]).toContain(busy.status);
  for (const verb of ['pick-up', 'deliver'] as const)
    expect((await city.trip(winner.rider, id, verb)).status).toBe(200);
});
