import { createTally, type Order, type Ordering, type Tally } from '../city/ordering.ts';
import type { Figure, Measured } from '../figure.ts';
import { nowMs } from '../load/clock.ts';
import { atFixedRate, inParallel } from '../load/in-parallel.ts';
import type { Bench } from '../measurement.ts';
import { openPeerCity } from '../peer/peer-city.ts';
import { alternate } from '../rounds.ts';
import { quantile, ratioOf, type Spread, spreadOf } from '../statistics.ts';
import { type BusTap, tapBus } from './bus-tap.ts';
import { carry, prepareOrder } from './deliver-order.ts';

const ORDERS_A_MINUTE = 1_000;
const ROUND_ORDERS = 250;
const WIDTH = 16;

/** One order's moments on one clock, in milliseconds since 1970. */
type Moments = {
  readonly order: Order;
  readonly rider: string;
  readonly intendedMs: number;
  readonly sentMs: number;
  readonly answeredMs: number;
  readonly offeredMs: number;
};

/** Orders prepared beforehand become ready at a fixed rate; `finish` comes after the clock. */
const readyRound = async (
  ordering: Ordering,
  numbers: { next: number },
  tally: Tally,
  finish: (moments: readonly Moments[]) => Promise<void>,
): Promise<readonly Moments[]> => {
  const wanted = Array.from({ length: ROUND_ORDERS }, () => numbers.next++);
  const orders: Order[] = [];
  await inParallel(wanted, WIDTH, (number) =>
    tally.guard('preparing an order', async () => {
      orders.push(await prepareOrder(ordering, number));
    }),
  );
  const moments: Moments[] = [];
  await atFixedRate(orders, 60_000 / ORDERS_A_MINUTE, (order, intendedMs) =>
    tally.guard('an offer', async () => {
      const offer = ordering.offered(order);
      const sentMs = nowMs();
      await ordering.ready(order);
      const answeredMs = nowMs();
      const offered = await offer;
      if (offered) moments.push({ order, rider: offered.by, intendedMs, sentMs, answeredMs, offeredMs: offered.atMs });
      else tally.count('an offer never came');
    }),
  );
  await finish(moments);
  return moments;
};

/** What the moments of an order do not tell: what passed on the bus, and when each search began. */
type Inside = { readonly tap: BusTap; readonly searchBeganMs: ReadonlyMap<string, number> };

const HOPS: readonly (readonly [string, (moments: Moments, inside: Inside) => number | undefined])[] = [
  ['ready sent → answered', ({ sentMs, answeredMs }) => answeredMs - sentMs],
  [
    'ready sent → order decided',
    ({ order, sentMs }, { tap }) => minus(tap.passed.get(`ORDER_READY_FOR_RIDER ${order.id}`)?.timestampMs, sentMs),
  ],
  [
    'order decided → on the bus (write, publish)',
    ({ order }, { tap }) => spanOf(tap.passed.get(`ORDER_READY_FOR_RIDER ${order.id}`)),
  ],
  [
    'on the bus → taken up by the rider service',
    ({ order }, { tap, searchBeganMs }) =>
      minus(searchBeganMs.get(order.id), tap.passed.get(`ORDER_READY_FOR_RIDER ${order.id}`)?.busMs),
  ],
  [
    'taken up → offer decided (search)',
    ({ order }, { tap, searchBeganMs }) =>
      minus(tap.passed.get(`DELIVERY_OFFERED ${order.id}`)?.timestampMs, searchBeganMs.get(order.id)),
  ],
  [
    'offer decided → on the bus (insert, publish)',
    ({ order }, { tap }) => spanOf(tap.passed.get(`DELIVERY_OFFERED ${order.id}`)),
  ],
  [
    'offer on the bus → on the socket',
    ({ order, offeredMs }, { tap }) => minus(offeredMs, tap.passed.get(`DELIVERY_OFFERED ${order.id}`)?.busMs),
  ],
];

const minus = (later: number | undefined, earlier: number | undefined): number | undefined =>
  later === undefined || earlier === undefined ? undefined : later - earlier;
const spanOf = (passed: { timestampMs: number; busMs: number } | undefined): number | undefined =>
  minus(passed?.busMs, passed?.timestampMs);

const hopsOf = (moments: readonly Moments[], inside: Inside) =>
  HOPS.map(([hop, read]) => {
    const values = moments.flatMap((one) => read(one, inside) ?? []);
    return { hop, p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
  });

/** From ready to the offer on the rider's socket, at a thousand orders a minute, on Tiffin and on the stand-in in turn. */
export const measureReadyToOffer = async ({ rounds, riders, say, city, broker }: Bench): Promise<Measured> => {
  const { ordering, stack, refreshRiders } = await city.open();
  const peer = await openPeerCity(await (await broker.open()).vhost('stand-in-offer'), say);
  const tally = createTally();
  const peerTally = createTally();
  const numbers = { next: 0 };
  const peerNumbers = { next: 0 };
  const ourRound = () =>
    readyRound(ordering, numbers, tally, async (moments) => {
      await inParallel(moments, WIDTH, ({ order, rider }) =>
        tally.guard('a trip', () => carry(ordering, order, rider)),
      );
    });
  try {
    await refreshRiders();
    const results = await alternate(
      rounds,
      { ours: ourRound, peer: () => readyRound(peer.ordering, peerNumbers, peerTally, async () => undefined) },
      say,
    );
    await refreshRiders();
    say('the hops, with a listener on the bus');
    const tap = await tapBus(stack.file().infrastructure.rabbitmq.url);
    const moments = await ourRound();
    const searchBeganMs = new Map<string, number>();
    await inParallel(moments, WIDTH, ({ order }) =>
      tally.guard('reading decisions', async () => {
        searchBeganMs.set(order.id, await ordering.searchBegan(order));
      }),
    );
    const hops = hopsOf(moments, { tap, searchBeganMs });
    await tap.close();

    const figure = (name: string, span: (one: Moments) => number, share: number, atMost?: number): Figure => {
      const each = (list: readonly (readonly Moments[])[]) => list.map((moments) => quantile(moments.map(span), share));
      const [ours, theirs] = [each(results.ours), each(results.peer)];
      return {
        name: `${name}, p${share * 100}`,
        unit: 'ms',
        ours: spreadOf(ours),
        beside: { what: 'stand-in, first of 10 riders', figure: spreadOf(theirs), ratio: ratioOf(ours, theirs) },
        ...(atMost !== undefined && { target: { of: 'figure', atMost } }),
      };
    };
    const fromAnswer = ({ answeredMs, offeredMs }: Moments) => offeredMs - answeredMs;
    const fromIntention = ({ intendedMs, offeredMs }: Moments) => offeredMs - intendedMs;
    const single = (value: number): Spread => ({ median: value, min: value, max: value });
    return {
      figures: [
        figure('ready answered → offer on the socket', fromAnswer, 0.5, 8),
        figure('ready answered → offer on the socket', fromAnswer, 0.99, 40),
        figure('ready meant to be sent → offer on the socket', fromIntention, 0.5),
        figure('ready meant to be sent → offer on the socket', fromIntention, 0.99),
        ...hops.map(({ hop, p50 }): Figure => ({ name: `  ${hop}, p50`, unit: 'ms', ours: single(p50) })),
      ],
      notes: [
        `offer: ${ORDERS_A_MINUTE} orders a minute, ${ROUND_ORDERS} a round, ${riders} riders on duty in 441 km², those who wait near kitchens registered and with sockets open, the others copied into the database. An offer that overtakes the answer counts below zero. The hops come from one more round with a listener on the bus; event timestamps are whole milliseconds.`,
        `hops, p50 / p99 in ms: ${hops.map(({ hop, p50, p99 }) => `${hop} ${p50.toFixed(1)} / ${p99.toFixed(1)}`).join('; ')}.`,
        ...peerTally.faults().map((fault) => `stand-in: ${fault}`),
      ],
      details: { hops },
      faults: tally.faults(),
    };
  } finally {
    await peer.close();
  }
};
