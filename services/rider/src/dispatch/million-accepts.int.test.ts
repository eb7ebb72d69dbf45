import { TooContended } from '@tiffin/platform/persistence/too-contended';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Instance, NO_ANSWER, startInstance } from '../instance.fixture.ts';
import { place, type Stand, startStand } from '../stand.fixture.ts';
import type { RiderUseCases } from '../use-cases.ts';

const IS_LONG = process.env.TIFFIN_LONG !== undefined;
/** How many accepts there are; `npm run test:long` asks for the full size, or for as many as TIFFIN_ACCEPTS says. */
const ACCEPTS = IS_LONG ? Number(process.env.TIFFIN_ACCEPTS ?? 1_000_000) : 5_000;
const SEED = Number(process.env.TIFFIN_SEED ?? Math.floor(Math.random() * 2 ** 31));
const DELIVERIES = IS_LONG ? ACCEPTS / 50 : 0;
/** Quarters of the town, out of reach of each other, and the riders of each: all of them tap at the same time. */
const QUARTERS = IS_LONG ? 10 : 2;
const RIDERS_A_QUARTER = 50;
const ORDERS_A_QUARTER = 2;
const QUARTER_M = 10_000;
const ROUNDS_A_KILL = IS_LONG ? 10 : 6;
/** Rounds of accepts for the same orders: after a release those who lost are asked again. */
const PASSES = 3;

const SHARES = {
  declined: 0.03,
  twice: 0.05,
  replyLost: 0.03,
  released: 0.15,
  kept: 0.15,
  cancelled: 0.05,
  eager: 0.3,
};
/** What the route documents for an accept, and the 503 of a service that cannot say yet. */
const ANSWERS = [
  'accepted',
  'not_found',
  'offer_taken',
  'rider_busy',
  'delivery_closed',
  'offer_expired',
  'offer_declined',
  'unavailable',
];
const ENDS = ['RIDER_UNASSIGNED', 'DELIVERY_COMPLETED', 'DELIVERY_CANCELLED'];
const assigned = z.object({ delivery: z.object({ riderUserId: z.string() }) });
const holder = z.object({ state: z.object({ riderUserId: z.string() }) });

type Order = ReturnType<Stand['newOrder']>;
type Tap = { readonly order: Order; readonly user: string };

/** A small generator with a seed, so that a failing run can be repeated. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

describe('a town of riders who tap at once', () => {
  const random = randomFrom(SEED);
  const shuffled = <Item>(items: readonly Item[]): Item[] =>
    items
      .map((item) => ({ item, at: random() }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ item }) => item);

  let stand: Stand;
  let instances: Instance[];
  const quarters: string[][] = [];
  const tally = new Map<string, number>();
  let accepts = 0;
  /** Riders who were told that the delivery is theirs, and those who once heard nothing. */
  const told = new Map<Order, Set<string>>();
  const unheard = new Map<Order, Set<string>>();
  /** Who has which job, from when he is told until he, or a cancel, begins to end it. */
  const jobs = new Map<string, Order>();
  const cancelled = new Set<Order>();
  let kills = 0;
  let answersUntilKill = Number.POSITIVE_INFINITY;
  let replaced: Promise<unknown> = Promise.resolve();

  const another = () => startInstance(stand);
  beforeAll(async () => {
    stand = await startStand({ OFFER_WAVE_SIZE: '500', SEARCH_RADII_M: '1000', POSITION_FRESH_S: '86400' });
    instances = await Promise.all([another(), another()]);
    for (let quarter = 0; quarter < QUARTERS; quarter += 1) {
      const crowd = Array.from({ length: RIDERS_A_QUARTER }, (_, index) => place(quarter * QUARTER_M + index * 10));
      quarters.push((await Promise.all(crowd.map((at) => stand.riderAt(at)))).map(({ user }) => user));
    }
  }, 600_000);
  afterAll(async () => {
    await Promise.all(instances.map((instance) => instance.close()));
    await stand.close();
  });

  const anyInstance = (): Instance => {
    const instance = instances[Math.floor(random() * instances.length)];
    if (!instance) throw new Error('no instance is left');
    return instance;
  };
  /** One of two is gone in the middle of its writes, and another takes its place. */
  const kill = () => {
    kills += 1;
    const [victim] = instances.splice(kills % 2, 1);
    replaced = Promise.all([victim?.kill(), another().then((instance) => instances.push(instance))]);
  };
  const countDown = () => {
    answersUntilKill -= 1;
    if (answersUntilKill === 0) kill();
  };

  /** Said again until somebody answers. */
  const insist = async <Answer>(work: (use: RiderUseCases) => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      const answer = await anyInstance().ask(work);
      if (answer !== NO_ANSWER) return answer;
    }
  };
  const note = (notes: Map<Order, Set<string>>, { order, user }: Tap) =>
    notes.set(order, (notes.get(order) ?? new Set()).add(user));

  const hold = ({ order, user }: Tap) => {
    if (cancelled.has(order)) return; // it may be over by the time he hears of it
    expect(jobs.get(user) ?? order, `the one job of ${user}`).toBe(order);
    jobs.set(user, order);
  };
  const cancel = (order: Order) => {
    cancelled.add(order);
    for (const [user, job] of jobs) if (job === order) jobs.delete(user);
    return stand.cancelled(order);
  };

  const acceptOnce = async ({ order, user }: Tap): Promise<string | typeof NO_ANSWER> => {
    accepts += 1;
    try {
      const turn = await anyInstance().ask((use) => use.acceptOffer(order, user, stand.cause));
      if (turn === NO_ANSWER) return NO_ANSWER;
      if ('code' in turn) return turn.code;
      if (turn.kind === 'missing') return 'not_found';
      return turn.kind === 'committed' || turn.kind === 'unchanged' ? 'accepted' : turn.kind;
    } catch (error) {
      if (error instanceof TooContended) return 'unavailable';
      throw error;
    }
  };
  /** A rider's accept until he has heard an answer: lost ones he sends again, as his app does. */
  const accept = async (tap: Tap): Promise<string> => {
    for (;;) {
      const answer = await acceptOnce(tap);
      if (answer !== NO_ANSWER) {
        tally.set(answer, (tally.get(answer) ?? 0) + 1);
        countDown();
      }
      const isHeard = answer !== NO_ANSWER && random() >= SHARES.replyLost;
      if (!isHeard) note(unheard, tap);
      if (isHeard && answer === 'accepted') {
        note(told, tap);
        hold(tap);
      }
      if (isHeard && answer !== 'unavailable') return answer;
    }
  };

  /** What a winner does with his job. Who keeps it loses it when the order is cancelled. */
  const drive = async ({ order, user }: Tap) => {
    const roll = random();
    if (roll < SHARES.kept) return;
    if (roll >= SHARES.kept + SHARES.released) await insist((use) => use.drive.pickUp(order, user, stand.cause));
    jobs.delete(user);
    if (roll < SHARES.kept + SHARES.released) {
      await insist((use) => use.drive.release(order, user, 'a flat tyre', stand.cause));
      return;
    }
    await insist((use) => use.drive.deliver(order, user, undefined, stand.cause));
  };
  const answerOffer = async (tap: Tap) => {
    if (random() < SHARES.declined) await insist((use) => use.declineOffer(tap.order, tap.user, stand.cause));
    const isTwice = random() < SHARES.twice;
    const answers = await Promise.all(isTwice ? [accept(tap), accept(tap)] : [accept(tap)]);
    if (answers.includes('accepted')) await drive(tap);
  };

  /** No rider has two jobs, as somebody sees it who looks in the middle of it all. */
  const expectOneJobEach = async () => {
    const active = await stand.connection.collection('deliveries').find({ 'state.active': true }).toArray();
    const holders = active.map((document) => holder.parse(document).state.riderUserId);
    expect(new Set(holders).size).toBe(holders.length);
  };

  /** Two orders in every quarter, each offered to everybody there at once. */
  const openRound = async (): Promise<Order[]> => {
    const orders: Order[] = [];
    for (const quarter of quarters.keys())
      for (let count = 0; count < ORDERS_A_QUARTER; count += 1)
        orders.push((await stand.ready(stand.newOrder(), { location: place(quarter * QUARTER_M) })).order);
    stand.pass(12);
    await Promise.all(orders.map((order) => insist((use) => use.continueDelivery(order))));
    for (const [index, order] of orders.entries()) {
      // Whoever was stuck with an old job would be missing here.
      const { offers } = await stand.state(order);
      const everybody = quarters[Math.floor(index / ORDERS_A_QUARTER)] ?? [];
      expect(new Set(offers.map(({ riderUserId }) => riderUserId))).toEqual(new Set(everybody));
    }
    return orders;
  };

  /** Who taps at an order: everybody asked, whoever let it expire, and a stranger who was never asked. */
  const tapsAt = async (order: Order): Promise<Tap[]> => {
    const { offers } = await stand.state(order);
    const open = offers.filter(({ status }) => status === 'sent').map(({ riderUserId }) => riderUserId);
    if (open.length === 0) return [];
    const late = offers.filter(({ status }) => status === 'expired').map(({ riderUserId }) => riderUserId);
    return [...open, ...late, 'somebody-never-asked'].map((user) => ({ order, user }));
  };

  const race = async (orders: readonly Order[]) => {
    const taps = (await Promise.all(orders.map(tapsAt))).flat();
    // Some are first at both orders they are asked for, in the same moment, and would win two.
    const eager = new Set(quarters.flatMap((users) => (random() < SHARES.eager ? shuffled(users).slice(0, 1) : [])));
    const isEager = ({ user }: Tap) => eager.has(user);
    await Promise.all(taps.filter(isEager).map(answerOffer));
    const cancels = orders.filter(() => random() < SHARES.cancelled);
    const acts = shuffled([
      ...taps.filter((tap) => !isEager(tap)).map((tap) => () => answerOffer(tap)),
      ...cancels.map((order) => () => cancel(order)),
    ]);
    const all = Promise.all(acts.map((act) => act()));
    await expectOneJobEach();
    await all;
  };

  /** The story of a delivery: never two riders at a time, each of them told, and nobody told who was not. */
  const expectOneWinner = async (order: Order) => {
    expect(await stand.state(order)).toMatchObject({ open: false, active: false });
    const history = (await stand.deliveries.history(order)) ?? [];
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
    const winners: string[] = [];
    let current: string | undefined;
    for (const { type, data } of history) {
      if (type === 'RIDER_ASSIGNED') {
        expect(current, `a second rider of ${order}`).toBeUndefined();
        current = assigned.parse(data).delivery.riderUserId;
        winners.push(current);
      } else if (ENDS.includes(type)) current = undefined;
    }
    expect((await stand.state(order)).assignment).toBe(winners.length);
    const [heard, lost] = [told.get(order) ?? new Set(), unheard.get(order) ?? new Set()];
    expect(winners).toEqual(expect.arrayContaining([...heard]));
    expect(winners.filter((user) => !heard.has(user) && !lost.has(user))).toEqual([]);
    told.delete(order);
    cancelled.delete(order);
    unheard.delete(order);
  };

  const settle = async () => {
    await replaced;
    for (const idle of [...instances.map((instance) => instance.idle), stand.use.background.idle]) await idle();
  };

  /** One round after the other; answers how many deliveries there were. */
  const raceAll = async (): Promise<number> => {
    const startedAt = performance.now();
    let deliveries = 0;
    for (let round = 1; accepts < ACCEPTS || deliveries < DELIVERIES; round += 1) {
      const orders = await openRound();
      deliveries += orders.length;
      if (round % ROUNDS_A_KILL === 0) answersUntilKill = 1 + Math.floor(random() * orders.length * RIDERS_A_QUARTER);
      for (let pass = 0; pass < PASSES; pass += 1) await race(orders);
      await settle();
      for (const order of orders) await cancel(order);
      await settle();
      for (const order of orders) await expectOneWinner(order);
      if (IS_LONG && round % 50 === 0) console.info(`${accepts} accepts, ${perSecond(startedAt)} a second`);
    }
    console.info(
      `seed ${SEED}: ${accepts} accepts of ${deliveries} deliveries, ${kills} kills, ${perSecond(startedAt)} a second`,
    );
    console.info(JSON.stringify(Object.fromEntries(tally)));
    return deliveries;
  };
  const perSecond = (since: number) => Math.round(accepts / ((performance.now() - since) / 1_000));

  it(`B9, D1, D2, D3, D9, E07: ${ACCEPTS} accepts at two instances, some of which are killed, never make two winners, two jobs of one rider, or a rider who is stuck`, {
    timeout: 60_000 + ACCEPTS * 10,
  }, async () => {
    const deliveries = await raceAll();
    expect([...tally.keys()].filter((answer) => !ANSWERS.includes(answer))).toEqual([]);
    expect(kills).toBeGreaterThan(0);
    expect(await stand.connection.collection('deliveries').countDocuments()).toBe(deliveries);

    // Nobody is stuck: one after the other everybody is asked once more, and everybody gets a job.
    await Promise.all(
      quarters.map(async (riders, quarter) => {
        const employed = new Set<string>();
        for (const _rider of riders) {
          const { order } = await stand.ready(stand.newOrder(), { location: place(quarter * QUARTER_M) });
          const [user = ''] = await stand.asked(order);
          expect(await accept({ order, user })).toBe('accepted');
          employed.add(user);
        }
        expect(employed).toEqual(new Set(riders));
      }),
    );
    await settle();
    await expectOneJobEach();
  });
});
