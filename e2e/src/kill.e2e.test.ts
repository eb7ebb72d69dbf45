import { type Actors, createActors } from '@tiffin/testing/actors';
import { createCrowd } from '@tiffin/testing/crowd';
import { eventually } from '@tiffin/testing/eventually';
import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import { afterEach, expect, it } from 'vitest';
import * as z from 'zod';

const KILLS = process.env.TIFFIN_LONG ? 30 : 5;
const ORDERS_BETWEEN_KILLS = 3;
const VICTIMS = ['parent', 'restaurant', 'rider', 'realtime', 'utils', 'razorpay', 'store'] as const;

let stack: RunningStack | undefined;
afterEach(async () => {
  await stack?.dispose();
  stack = undefined;
});

/** A small generator with a seed, so that a failing run can be repeated. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

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

it('F1: kill -9 of any process at any moment: what was answered stays true, the story goes on, nothing happens twice', {
  timeout: KILLS * 60_000,
}, async () => {
  const seed = Number(process.env.TIFFIN_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const random = randomFrom(seed);
  console.info(`kill points from seed ${seed}`);
  // Positions must not grow stale while a killed stack comes back.
  stack = await startStack({ env: { POSITION_FRESH_S: '3600', OFFER_TTL_S: '5' } });
  let actors: Actors = actorsOf(stack);
  const crowd = await createCrowd(() => actors, { riders: 8 });

  const orders: ReturnType<typeof crowd.runOrder>[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    for (let order = 0; order < ORDERS_BETWEEN_KILLS; order += 1) orders.push(crowd.runOrder(orders.length));
    const victim = VICTIMS[kill === 0 ? 0 : Math.floor(random() * VICTIMS.length)] ?? 'parent';
    await new Promise((resolve) => setTimeout(resolve, random() * 900)); // the random point of the kill
    if (victim === 'parent') {
      await stack.kill9();
      stack = await stack.startAgain();
      actors = actorsOf(stack);
    } else {
      const running = stack;
      const pidOf = () => running.file().children[victim]?.pid;
      const before = await eventually(`${victim} to run`, pidOf, { withinMs: 30_000 });
      process.kill(before, 'SIGKILL');
      const again = () => pidOf() !== undefined && pidOf() !== before;
      await eventually(`${victim} to be started again`, again, { withinMs: 30_000 });
    }
  }
  const finished = await Promise.all(orders);

  const logged = z.object({ items: z.array(z.object({ type: z.string(), id: z.string() })) });
  const admin = actors.person('admin');
  for (const { id, customer } of finished) {
    const history = await actors.events(customer, id);
    expect(
      history.map(({ type }) => type),
      id,
    ).toEqual(HISTORY);
    expect(history.map(({ seq }) => seq)).toEqual(HISTORY.map((_, index) => index + 1));
    const story = history[0]?.id;
    const types = await eventually(`the story of ${id} in the event log`, async () => {
      const url = `${actors.api('utils', '').replace('/api/v1', '')}/admin/events?correlationId=${story}&limit=100`;
      const { items } = await actors.expecting(actors.call(admin, 'GET', url), 200, logged);
      const found = items.map(({ type }) => type);
      return found.includes('ORDER_DELIVERED') && found.includes('DELIVERY_COMPLETED') && found;
    });
    for (const once of ['PAYMENT_SUCCESS', 'RIDER_ASSIGNED', 'DELIVERY_PICKED_UP', 'DELIVERY_COMPLETED', ...HISTORY]) {
      expect(
        types.filter((type) => type === once),
        `${once} of ${id}`,
      ).toHaveLength(1);
    }
  }
  expect(finished).toHaveLength(KILLS * ORDERS_BETWEEN_KILLS);
});

const actorsOf = (running: RunningStack): Actors => {
  const { urls, secrets } = running.file();
  return createActors({ urls, jwtSecret: secrets.JWT_SECRET });
};
