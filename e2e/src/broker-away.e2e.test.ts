import { type Actors, createActors } from '@tiffin/testing/actors';
import { createCrowd } from '@tiffin/testing/crowd';
import { eventually } from '@tiffin/testing/eventually';
import { type PrivateBroker, startPrivateBroker } from '@tiffin/testing/private-broker';
import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import { afterAll, beforeAll, expect, it } from 'vitest';

const AWAY_MS = 10_000;

let broker: PrivateBroker;
let stack: RunningStack;
let city: Actors;

beforeAll(async () => {
  broker = await startPrivateBroker();
  stack = await startStack({ env: { RABBITMQ_URL: broker.url, POSITION_FRESH_S: '3600' } });
  const { urls, secrets } = stack.file();
  city = createActors({ urls, jwtSecret: secrets.JWT_SECRET });
});
afterAll(async () => {
  await stack?.dispose();
  await broker?.close();
});

it('F3, T14: RabbitMQ killed for ten seconds in mid-flow: requests are answered, readyz warns, every order finishes, no process exits', async () => {
  const crowd = await createCrowd(() => city, { riders: 6 });
  const pidsBefore = Object.values(stack.file().children).map(({ pid }) => pid);
  await broker.queuesOnDisk();
  const early = [0, 1, 2, 3].map(crowd.runOrder);
  await broker.kill9();
  const killedAt = Date.now();
  const { restaurant } = stack.file().urls;
  await eventually('readyz to warn', async () => {
    const response = await fetch(`${restaurant}/readyz`);
    const { status } = (await response.json()) as { status: string };
    return response.status === 200 && status === 'warn';
  });
  const kitchen = await city.openKitchen();
  const customer = city.person('customer');
  const order = await city.placeOrder(customer, kitchen);
  expect(order.status).toBe('pending_payment');
  const late = [4, 5].map(crowd.runOrder);
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS - (Date.now() - killedAt))); // the outage itself
  await broker.start();

  const finished = await Promise.all([...early, ...late]);
  expect(finished).toHaveLength(6);
  for (const service of ['restaurant', 'rider', 'realtime', 'utils'] as const) {
    await eventually(`${service} to be well`, async () => {
      const response = await fetch(`${stack.file().urls[service]}/readyz`);
      const { status } = (await response.json()) as { status: string };
      return status === 'pass';
    });
  }
  expect(Object.values(stack.file().children).map(({ pid }) => pid)).toEqual(pidsBefore);
});
