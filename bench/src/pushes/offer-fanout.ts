import { randomBytes, randomUUID } from 'node:crypto';
import type { Figure, Measured } from '../figure.ts';
import { nowMs } from '../load/clock.ts';
import type { Bench } from '../measurement.ts';
import { pushThroughPeer } from '../peer/peer-http.ts';
import { alternate } from '../rounds.ts';
import { quantile, ratioOf, spreadOf } from '../statistics.ts';
import { startRealtimeStand } from './realtime-stand.ts';

/** How many riders are asked at once, and how many times as long one HTTP call each must take at least. */
const CROWDS = [
  { size: 10, atLeast: 7 },
  { size: 50, atLeast: 40 },
  { size: 200, atLeast: 55 },
] as const;
const LARGEST = 200;
const FANOUTS_A_ROUND = 30;
const PATIENCE_MS = 30_000;

const riderName = (number: number) => `bench-rider-${number}`;
const hexId = () => randomBytes(12).toString('hex');

type Offer = { readonly riderUserId: string; readonly riderId: string; readonly offerId: string };

/** The offers of one order to the first so many riders, as the rider service makes them. */
const offersTo = (size: number) => {
  const orderId = hexId();
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const offers = Array.from({ length: size }, (_, number) => ({
    ...{ orderId, offerId: hexId(), restaurantName: 'Dosa House', dropoffArea: 'Shivaji Nagar', expiresAt },
    pickup: { type: 'Point', coordinates: [77.6, 12.97] },
    ...{ distanceM: 100 + number, tripM: 1_700, earningPaise: 3_400 },
    ...{ riderId: hexId(), riderUserId: riderName(number) },
  }));
  return { orderId, offers };
};

const offeredMessage = (orderId: string, offers: readonly Offer[]) => {
  const [id, correlationId, timestamp] = [randomUUID(), randomUUID(), new Date().toISOString()];
  const type = 'DELIVERY_OFFERED';
  const data = { orderId, wave: 1, offers };
  const event = { id, type, version: 1, timestamp, data, subject: orderId, seq: 1, source: 'rider' };
  const body = Buffer.from(JSON.stringify({ ...event, correlationId, causationId: null }));
  return { messageId: id, type, timestamp, correlationId, body, routingKey: `delivery.${type}` };
};

/** Waits until so many offers of an order have been heard on their sockets. */
const createRollCall = () => {
  const calls = new Map<string, { left: number; done: () => void }>();
  return {
    hear: (name: string, { orderId }: Record<string, unknown>) => {
      const call = name === 'order:available' ? calls.get(String(orderId)) : undefined;
      if (call) {
        call.left -= 1;
        if (call.left === 0) call.done();
      }
    },
    everybody: (orderId: string, size: number): Promise<number> =>
      new Promise((resolve, reject) => {
        const tooLate = setTimeout(() => reject(new Error('an offer never came')), PATIENCE_MS);
        const done = () => {
          clearTimeout(tooLate);
          calls.delete(orderId);
          resolve(nowMs());
        };
        calls.set(orderId, { left: size, done });
      }),
  };
};

/** From the offers' being made to the last rider's having his: one event on the bus, beside one HTTP call for each rider. */
export const measureOfferFanout = async ({ rounds, say, broker }: Bench): Promise<Measured> => {
  const { what, vhost } = await broker.open();
  const rollCall = createRollCall();
  const riders = Array.from({ length: LARGEST }, (_, number) => riderName(number));
  const stand = await startRealtimeStand(await vhost('fanout'), riders, rollCall.hear);
  const door = { REALTIME_URL: stand.url, INTERNAL_KEY: stand.internalKey };

  const fanOut = async (size: number, send: (orderId: string, offers: readonly Offer[]) => Promise<void>) => {
    const tookMs: number[] = [];
    for (let turn = 0; turn < FANOUTS_A_ROUND; turn += 1) {
      const { orderId, offers } = offersTo(size);
      const startedMs = nowMs();
      const [heardMs] = await Promise.all([rollCall.everybody(orderId, size), send(orderId, offers)]);
      tookMs.push(heardMs - startedMs);
    }
    return quantile(tookMs, 0.5);
  };
  const byEvent = (size: number) => () =>
    fanOut(size, (orderId, offers) => stand.publish(offeredMessage(orderId, offers)));
  const byCalls = (size: number) => () =>
    fanOut(size, async (_orderId, offers) => {
      for (const { riderId: _id, riderUserId, ...offer } of offers)
        await pushThroughPeer(door, 'order:available', `user:${riderUserId}`, offer);
    });

  try {
    const figures: Figure[] = [];
    const details: Record<string, unknown> = {};
    for (const { size, atLeast } of CROWDS) {
      say(`offers to ${size} riders`);
      const took = await alternate(rounds, { ours: byEvent(size), calls: byCalls(size) }, say);
      details[`${size} riders`] = took;
      figures.push({
        name: `offers to ${size} riders, until the last has his`,
        unit: 'ms',
        ours: spreadOf(took.ours),
        beside: {
          what: 'one HTTP call each, times as long',
          figure: spreadOf(took.calls),
          ratio: ratioOf(took.calls, took.ours),
        },
        target: { of: 'ratio', atLeast },
      });
    }
    const notes = [
      `fanout: medians of ${FANOUTS_A_ROUND} fan-outs a round, ${LARGEST} riders' sockets on one realtime service, on ${what}. Ours: DELIVERY_OFFERED on the bus, from its publish; beside it one POST after the other to the emit door of the same service, with node's own fetch and its kept connection, as a rider service of the common course implementation calls it. The ratio is theirs over ours.`,
    ];
    return { figures, notes, details, faults: [] };
  } finally {
    await stand.stop();
  }
};
