import { randomUUID } from 'node:crypto';
import type { Role } from '@tiffin/contracts/claims';
import type { Envelope } from '@tiffin/contracts/envelope';
import { parseEvent } from '@tiffin/contracts/event-catalogue';
import { durableQueues } from '@tiffin/contracts/queues';
import { deliveryInFull, riderReply } from '@tiffin/contracts/rider-api';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import { createBroker } from '@tiffin/platform/messaging/broker';
import { eventReader } from '@tiffin/platform/messaging/event-consumer';
import { createLogger } from '@tiffin/platform/observability/logger';
import { openDatabase } from '@tiffin/platform/persistence/database';
import type { StreamEvent } from '@tiffin/platform/persistence/stored';
import { withVhost } from '@tiffin/testing/broker-vhost';
import { withDatabase } from '@tiffin/testing/database';
import { eventually } from '@tiffin/testing/eventually';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createMongoDeliveryStore } from './deliveries/delivery.store.mongo.ts';
import { prepareRiderProcess, type RiderProcess } from './rider-process.fixture.ts';
import { hexId, place, TEST_SECRET } from './stand.fixture.ts';

const KILLS = process.env.TIFFIN_LONG ? 200 : 2;
const SEED = Number(process.env.TIFFIN_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ORDERS_AT_ONCE = 2;
const RIDERS = 10;
/** Wave 1 ends a second after ready; the kill falls around the making of wave 2, the accept and the trip. */
const KILL_FROM_MS = 900;
const KILL_WITHIN_MS = 600;
const PATIENT = { OFFER_TTL_S: '1', POSITION_FRESH_S: '86400', RATE_LIMIT_RPS: '100000' };

/** A small generator with a seed, so that a failing run can be repeated. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const startParts = async () => {
  const [vhost, database] = await Promise.all([withVhost('kill'), withDatabase('kill')]);
  const logger = createLogger({ service: 'outside', level: 'silent' });
  const opened = openDatabase({ url: database.url, name: database.name, logger });
  const deliveries = createMongoDeliveryStore({
    connection: opened.connection,
    relay: { handOver: () => undefined, idle: async () => undefined },
    publish: async () => undefined,
    now: () => new Date(),
  });
  await opened.ready;
  const heard: Envelope[] = [];
  const queues = durableQueues();
  const outside = createBroker({ url: vhost.url, service: 'outside', queues, topology: 'declare', logger });
  outside.listen({
    queue: 'test.listener',
    bindings: ['delivery.*'],
    parse: eventReader(parseEvent),
    handle: async ({ event }) => void heard.push(event),
  });
  outside.start();
  await outside.ready();
  return { vhost, database, opened, deliveries, outside, heard };
};

describe('a rider service that is killed', () => {
  let on: Awaited<ReturnType<typeof startParts>>;
  let service: RiderProcess;
  let next: ReturnType<typeof prepareRiderProcess>;

  const prepare = (env: Record<string, string> = {}) =>
    prepareRiderProcess({
      ...PATIENT,
      MONGODB_URL: on.database.url,
      RABBITMQ_URL: on.vhost.url,
      TEST_DATABASE: on.database.name,
      ...env,
    });
  /** The one prepared takes over, and another is prepared meanwhile. */
  const takeOver = async () => {
    service = await next.start();
    next = prepare();
  };

  beforeAll(async () => {
    on = await startParts();
    next = prepare();
    await takeOver();
  });
  afterAll(async () => {
    await Promise.all([service?.kill(), next?.kill()]);
    await on.outside.drain(1_000);
    await on.outside.close();
    await on.opened.close();
    await on.database.close();
    await on.vhost.close();
  });

  const ask = async (role: Role, sub: string, method: string, path: string, body?: unknown) => {
    const token = signUserToken({ secret: TEST_SECRET, sub, role, ttlSeconds: 600 });
    const response = await fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, body: answer };
  };
  /** Said again until it is answered, as an app does whose server is gone for a moment. */
  const insist = (role: Role, sub: string, method: string, path: string, body?: unknown) =>
    eventually(
      `an answer to ${method} ${path}`,
      async () => {
        const answer = await ask(role, sub, method, path, body).catch(() => undefined);
        return answer && answer.status < 500 ? answer : undefined;
      },
      { withinMs: 30_000 },
    );

  const riderOnDuty = async (eastM: number) => {
    const sub = `rider-${hexId().slice(0, 8)}`;
    const wish = { name: 'Asha', phone: '+91 98860 54321', vehicle: 'scooter', licenceNumber: 'KA01 20260001' };
    const { rider } = riderReply.parse((await ask('rider', sub, 'POST', '/riders', wish)).body);
    await ask('admin', 'root', 'PUT', `/riders/${rider._id}/verification`, { isVerified: true });
    await ask('rider', sub, 'PUT', '/riders/me/availability', { isAvailable: true, location: place(eastM) });
    return { sub, id: rider._id };
  };
  const ready = async () => {
    const orderId = hexId();
    const data = { orderId, restaurantId: hexId(), location: place() };
    const timestamp = new Date().toISOString();
    await on.outside.publisher.publish({
      messageId: randomUUID(),
      type: 'ORDER_READY_FOR_RIDER',
      timestamp,
      correlationId: orderId,
      exchange: '',
      routingKey: 'ORDER_READY_FOR_RIDER',
      body: Buffer.from(JSON.stringify({ type: 'ORDER_READY_FOR_RIDER', data, timestamp })),
    });
    return orderId;
  };

  /** Everybody lets the first wave pass; of those asked later somebody takes the job and brings it to the door. */
  const bring = async (orderId: string) => {
    const winner = await eventually(
      `somebody to win ${orderId}`,
      async () => {
        const story = deliveryInFull.safeParse((await insist('admin', 'root', 'GET', `/deliveries/${orderId}`)).body);
        const open = story.data?.offers.find(({ state, wave }) => state === 'sent' && wave > 1);
        if (!open) return undefined;
        const { status } = await insist('rider', open.riderUserId, 'POST', `/deliveries/${orderId}/accept`);
        return status === 200 ? open.riderUserId : undefined;
      },
      { withinMs: 60_000 },
    );
    for (const [verb, body] of [['pick-up'], ['deliver', {}]] as const)
      expect((await insist('rider', winner, 'POST', `/deliveries/${orderId}/${verb}`, body)).status, verb).toBe(200);
  };

  const historyOf = async (orderId: string): Promise<readonly StreamEvent[]> =>
    (await on.deliveries.history(orderId)) ?? [];
  const offersIn = z.object({ wave: z.int(), offers: z.array(z.object({ offerId: z.string(), riderId: z.string() })) });
  const closedIn = z.object({ closed: z.array(z.object({ offerId: z.string() })) });

  /** Nothing lost, nothing twice: in the document, among the riders asked, and on the bus. */
  const expectWhole = async (orderId: string) => {
    const history = await historyOf(orderId);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
    const of = (type: string) => history.filter((event) => event.type === type);
    for (const once of ['RIDER_ASSIGNED', 'DELIVERY_PICKED_UP', 'DELIVERY_COMPLETED'])
      expect(of(once), `${once} of ${orderId}`).toHaveLength(1);

    const waves = of('DELIVERY_OFFERED').map(({ data }) => offersIn.parse(data));
    expect(waves.map(({ wave }) => wave)).toEqual(waves.map((_, index) => index + 1));
    const offers = waves.flatMap((wave) => wave.offers);
    expect(new Set(offers.map(({ offerId }) => offerId)).size).toBe(offers.length);
    // Who won the other order was asked in vain, and may be asked again when he is free.
    const inVain = of('OFFER_REVOKED').flatMap(({ data }) => closedIn.parse(data).closed.map(({ offerId }) => offerId));
    const askedInEarnest = offers.filter(({ offerId }) => !inVain.includes(offerId)).map(({ riderId }) => riderId);
    expect(new Set(askedInEarnest).size, `riders asked for ${orderId}`).toBe(askedInEarnest.length);
    const closed = history.flatMap(({ data }) => closedIn.safeParse(data).data?.closed ?? []);
    expect(closed.length).toBe(offers.length - 1);
    expect(new Set(closed.map(({ offerId }) => offerId)).size).toBe(closed.length);

    const told = await eventually(
      `every event of ${orderId} on the bus`,
      () => {
        const ids = new Set(on.heard.filter(({ subject }) => subject === orderId).map(({ id }) => id));
        return ids.size >= history.length ? [...ids] : undefined;
      },
      { withinMs: 30_000 },
    );
    expect(told).toEqual(history.map(({ id }) => id));
  };

  it(`D4, T08, E13: ${KILLS} times at a random moment around its second wave, loses nothing and does nothing twice`, {
    timeout: KILLS * 30_000,
  }, async () => {
    console.info(`kill points from seed ${SEED}`);
    const random = randomFrom(SEED);
    const fleet = await Promise.all(Array.from({ length: RIDERS }, (_, index) => riderOnDuty(100 + 100 * index)));
    const all: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const orders = await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, ready));
      const brought = Promise.all(orders.map(bring));
      const moment = KILL_FROM_MS + random() * KILL_WITHIN_MS;
      await new Promise((resolve) => setTimeout(resolve, moment)); // the random point of the kill
      await service.kill();
      await takeOver();
      await brought;
      all.push(...orders);
    }
    for (const order of all) await expectWhole(order);
    for (const { sub } of fleet) expect(await on.deliveries.activeOf(sub)).toBeUndefined();
  });

  it('D8: that was away for an hour counts a rider’s silence from its return', async () => {
    const [orderId, rider] = [await ready(), await riderOnDuty(10)];
    await eventually('the offer', async () => {
      const answer = await ask('rider', rider.sub, 'POST', `/deliveries/${orderId}/accept`);
      return answer.status === 200;
    });
    await next.kill();
    next = prepare({ RIDER_SILENT_S: '1', RIDER_REPLACED_S: '2' });
    await service.kill();
    const anHourAgo = new Date(Date.now() - 3_600_000);
    const { connection } = on.opened;
    const byId = (id: string) => ({ _id: new mongoose.Types.ObjectId(id) });
    await connection
      .collection('riders')
      .updateOne(byId(rider.id), { $set: { 'position.at': anHourAgo, 'position.heardAt': anHourAgo } });
    await connection.collection('deliveries').updateOne(byId(orderId), {
      $set: {
        nextActionAt: anHourAgo,
        'state.watchAt': anHourAgo.toISOString(),
        'state.watchedFrom': anHourAgo.toISOString(),
      },
    });

    const backMs = Date.now();
    await takeOver();
    const toldAfterMs = async (type: string) => {
      const event = await eventually(type, async () => (await historyOf(orderId)).find((one) => one.type === type));
      return Date.parse(event.timestamp) - backMs;
    };
    expect(await toldAfterMs('RIDER_SILENT')).toBeGreaterThanOrEqual(1_000);
    expect(await toldAfterMs('RIDER_UNASSIGNED')).toBeGreaterThanOrEqual(2_000);
  });
});
