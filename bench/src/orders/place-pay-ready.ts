import { createTally, type Order, type Ordering, type Tally } from '../city/ordering.ts';
import type { Measured } from '../figure.ts';
import { nowMs } from '../load/clock.ts';
import { inParallel, keepBusy } from '../load/in-parallel.ts';
import type { Bench } from '../measurement.ts';
import { openPeerCity } from '../peer/peer-city.ts';
import { alternate } from '../rounds.ts';
import { quantile, ratioOf, spreadOf } from '../statistics.ts';
import { carry, prepareOrder } from './deliver-order.ts';

const IN_FLIGHT = 50;
const ROUND_MS = 10_000;
const WIDTH = 16;

type Round = { readonly rate: number; readonly tookMs: readonly number[] };

/** Fifty people who order, pay and have it cooked at once, again and again. What becomes of the orders after is `finish`'s, unmeasured. */
const orderRound = async (
  ordering: Ordering,
  numbers: { next: number },
  tally: Tally,
  finish: (orders: readonly Order[]) => Promise<void>,
): Promise<Round> => {
  const done: Order[] = [];
  const tookMs: number[] = [];
  const startedAt = nowMs();
  await keepBusy(IN_FLIGHT, ROUND_MS, () =>
    tally.guard('an order', async () => {
      const begunAt = nowMs();
      const order = await prepareOrder(ordering, numbers.next++);
      await ordering.ready(order);
      tookMs.push(nowMs() - begunAt);
      done.push(order);
    }),
  );
  const rate = (tookMs.length / (nowMs() - startedAt)) * 1_000;
  await finish(done);
  return { rate, tookMs };
};

/** Place, pay, ready with fifty in flight, on Tiffin and on the stand-in in turn. */
export const measurePlacePayReady = async ({ rounds, say, city, broker }: Bench): Promise<Measured> => {
  const { ordering, refreshRiders } = await city.open();
  const peer = await openPeerCity(await (await broker.open()).vhost('stand-in-order'), say);
  const tally = createTally();
  const peerTally = createTally();
  const numbers = { next: 0 };
  const peerNumbers = { next: 0 };
  try {
    await refreshRiders();
    const results = await alternate(
      rounds,
      {
        ours: () =>
          orderRound(ordering, numbers, tally, async (orders) => {
            await inParallel(orders, WIDTH, (order) => tally.guard('an order', () => carry(ordering, order)));
            await inParallel(orders, WIDTH, (order) => tally.guard('an order', () => ordering.heardDelivered(order)));
            for (const order of orders) ordering.forget(order);
          }),
        peer: () =>
          orderRound(peer.ordering, peerNumbers, peerTally, async (orders) => {
            await inParallel(orders, WIDTH, (order) => peer.ordering.offered(order));
            for (const order of orders) peer.ordering.forget(order);
          }),
      },
      say,
    );
    const rates = { ours: results.ours.map(({ rate }) => rate), peer: results.peer.map(({ rate }) => rate) };
    const p50 = (list: readonly Round[]) => list.map(({ tookMs }) => quantile(tookMs, 0.5));
    const what = 'stand-in for the course';
    const times = { ours: p50(results.ours), peer: p50(results.peer) };
    return {
      figures: [
        {
          name: `place, pay, ready, ${IN_FLIGHT} in flight`,
          unit: '/s',
          ours: spreadOf(rates.ours),
          beside: { what, figure: spreadOf(rates.peer), ratio: ratioOf(rates.ours, rates.peer) },
        },
        {
          name: 'the same, p50 of one order',
          unit: 'ms',
          ours: spreadOf(times.ours),
          beside: { what, figure: spreadOf(times.peer), ratio: ratioOf(times.ours, times.peer) },
        },
      ],
      notes: [
        `order: the stand-in is written from a description of the common course implementation (bench/src/peer): it makes nothing durable, confirms nothing, calls no gateway, keeps no payment and runs its database in memory. Tiffin pays at a gateway process of its own, hears of it by signed webhook and has every step on disk. A plain copy of the course was measured before on a machine of this class: 67/s, p50 711 ms.`,
        ...peerTally.faults().map((fault) => `stand-in: ${fault}`),
      ],
      details: { rates, times },
      faults: tally.faults(),
    };
  } finally {
    await peer.close();
  }
};
