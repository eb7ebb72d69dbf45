import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Writable } from 'node:stream';
import type { Role } from '@tiffin/contracts/claims';
import type { Envelope } from '@tiffin/contracts/envelope';
import { parseEvent } from '@tiffin/contracts/event-catalogue';
import { durableQueues } from '@tiffin/contracts/queues';
import { decisionList, deliveryReply, locationsReply, offerList, riderReply } from '@tiffin/contracts/rider-api';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import { createBroker } from '@tiffin/platform/messaging/broker';
import { eventReader } from '@tiffin/platform/messaging/event-consumer';
import { createLogger } from '@tiffin/platform/observability/logger';
import { withVhost } from '@tiffin/testing/broker-vhost';
import { withDatabase } from '@tiffin/testing/database';
import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createApp } from './app.ts';
import { deliveryCode } from './deliveries/delivery-code.ts';
import { hexId, place, testConfig } from './stand.fixture.ts';

/** A restaurant service that knows one owner. */
const startRestaurant = async () => {
  const owned = new Map<string, string[]>();
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    const owner = new URL(request.url ?? '/', 'http://restaurant').searchParams.get('owner') ?? '';
    const items = (owned.get(owner) ?? []).map((restaurantId) => ({ restaurantId }));
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ items }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { owned, asked, url: `http://127.0.0.1:${port}`, close };
};

const parts = async () => {
  const vhost = await withVhost('rider');
  const database = await withDatabase('rider-app');
  const restaurant = await startRestaurant();
  const config = testConfig({
    MONGODB_URL: database.url,
    RABBITMQ_URL: vhost.url,
    RESTAURANT_URL: restaurant.url,
    OFFER_TTL_S: '2',
    DELIVERY_CODE: 'on',
    RATE_LIMIT_RPS: '1000',
    ALLOWED_ORIGINS: 'https://ops.tiffin.example',
  });
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const logger = createLogger({ service: 'rider', level: 'debug', destination });
  const app = await createApp(config, { databaseName: database.name, logger });
  const heard: Envelope[] = [];
  const outside = createBroker({
    url: vhost.url,
    service: 'outside',
    queues: durableQueues(),
    topology: 'declare',
    logger: createLogger({ service: 'outside', level: 'silent' }),
  });
  const read = eventReader(parseEvent);
  outside.listen({
    queue: 'test.listener',
    bindings: ['delivery.*', 'rider.*'],
    parse: read,
    handle: async ({ event }) => {
      heard.push(event);
    },
  });
  outside.start();
  await outside.ready();
  return { vhost, database, restaurant, config, app, outside, heard, logged: () => lines.join('') };
};

describe('the rider service over its own doors', () => {
  let on: Awaited<ReturnType<typeof parts>>;
  beforeAll(async () => {
    on = await parts();
    await eventually(
      'the broker link',
      async () =>
        z.looseObject({ status: z.literal('pass') }).safeParse((await call(undefined, 'GET', '/readyz')).body).success,
    );
  });
  afterAll(async () => {
    await on.outside.drain(1_000);
    await on.outside.close();
    await on.app.drain();
    await on.app.close();
    await on.restaurant.close();
    await on.database.close();
    await on.vhost.close();
  });

  const token = (role: Role, sub: string) =>
    signUserToken({ secret: on.config.JWT_SECRET ?? '', sub, role, ttlSeconds: 600 });
  const call = async (bearer: string | undefined, method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${on.app.port}${path}`, {
      method,
      headers: {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, body: answer };
  };
  const api = (bearer: string, method: string, path: string, body?: unknown) =>
    call(bearer, method, `/api/v1${path}`, body);

  const riderOnDuty = async (at = place(300)) => {
    const sub = `rider-${hexId().slice(0, 8)}`;
    const bearer = token('rider', sub);
    const made = await api(bearer, 'POST', '/riders', {
      name: 'Asha',
      phone: '+91 98860 54321',
      vehicle: 'scooter',
      licenceNumber: 'KA01 20260001',
    });
    expect(made.status).toBe(201);
    const { rider } = riderReply.parse(made.body);
    const verified = await api(token('admin', 'root'), 'PUT', `/riders/${rider._id}/verification`, {
      isVerified: true,
    });
    expect(verified.status).toBe(200);
    const onDuty = await api(bearer, 'PUT', '/riders/me/availability', { isAvailable: true, location: at });
    expect(onDuty.status).toBe(200);
    expect(riderReply.parse(onDuty.body).rider).toMatchObject({
      isAvailable: true,
      location: at,
      lastSeenAt: expect.any(String),
    });
    return { sub, bearer, id: rider._id };
  };

  /** A bare ready message, as another program sends it: straight to the queue. */
  const bareReady = async (orderId: string) => {
    const body = Buffer.from(
      JSON.stringify({
        type: 'ORDER_READY_FOR_RIDER',
        data: { orderId, restaurantId: hexId(), location: { latitude: 12.97, longitude: 77.6 } },
        timestamp: new Date().toISOString(),
      }),
    );
    await on.outside.publisher.publish({
      messageId: createHash('sha256').update(body).digest('hex'),
      type: 'ORDER_READY_FOR_RIDER',
      timestamp: new Date().toISOString(),
      correlationId: orderId,
      exchange: '',
      routingKey: 'ORDER_READY_FOR_RIDER',
      body,
    });
  };
  const offersOf = async (bearer: string) =>
    offerList.parse((await api(bearer, 'GET', '/riders/me/offers')).body).items;
  const codeOf = (body: unknown) => z.looseObject({ code: z.string() }).parse(body).code;

  it('takes a bare ready message all the way to the door, and tells each step', async () => {
    const rider = await riderOnDuty();
    const orderId = hexId();
    await bareReady(orderId);
    const [offer] = await eventually('an offer', async () => {
      const items = await offersOf(rider.bearer);
      return items.length > 0 ? items : undefined;
    });
    expect(offer).toEqual({
      orderId,
      offerId: expect.any(String),
      pickup: place(),
      distanceM: 300,
      expiresAt: expect.any(String),
    });

    const accepted = await api(rider.bearer, 'POST', `/deliveries/${orderId}/accept`);
    expect(accepted.status).toBe(200);
    expect(deliveryReply.parse(accepted.body).delivery).toEqual({
      orderId,
      status: 'assigned',
      riderId: rider.id,
      pickup: place(),
      seq: 2,
    });
    expect((await api(rider.bearer, 'GET', '/riders/me/delivery')).body).toEqual(accepted.body);

    const seen = await api(rider.bearer, 'POST', '/riders/me/locations', {
      points: [{ seq: 1, at: new Date().toISOString(), location: place(250), accuracyM: 5, speedMps: 4 }],
    });
    expect(locationsReply.parse(seen.body)).toEqual({ accepted: 1, dropped: [], nextInMs: 1_000 });
    const position = await eventually('his position on the bus', () =>
      on.heard.find(({ type, data }) => type === 'RIDER_LOCATIONS' && JSON.stringify(data).includes(orderId)),
    );
    expect(position.data).toMatchObject({
      points: [{ riderId: rider.id, riderUserId: rider.sub, orderId, seq: 1, speedMps: 4 }],
    });

    expect((await api(rider.bearer, 'POST', `/deliveries/${orderId}/deliver`, {})).status).toBe(409);
    expect((await api(rider.bearer, 'POST', `/deliveries/${orderId}/pick-up`)).status).toBe(200);
    const wrong = await api(rider.bearer, 'POST', `/deliveries/${orderId}/deliver`, {});
    expect([wrong.status, codeOf(wrong.body)]).toEqual([422, 'wrong_code']);
    const code = deliveryCode(on.config.SERVICE_TOKEN_SECRET, orderId);
    const delivered = await api(rider.bearer, 'POST', `/deliveries/${orderId}/deliver`, { code });
    expect(delivered.status).toBe(200);
    expect((await api(rider.bearer, 'GET', '/riders/me/delivery')).status).toBe(204);

    const types = await eventually('every step on the bus', () => {
      const told = on.heard.filter(({ subject }) => subject === orderId).map(({ type }) => type);
      return told.length >= 4 ? told : undefined;
    });
    expect(types).toEqual(['DELIVERY_OFFERED', 'RIDER_ASSIGNED', 'DELIVERY_PICKED_UP', 'DELIVERY_COMPLETED']);

    const why = await api(token('admin', 'root'), 'GET', `/deliveries/${orderId}/decisions`);
    expect(decisionList.parse(why.body).items).toMatchObject([
      {
        wave: 1,
        radiusM: 1_000,
        considered: 1,
        offered: [rider.id],
        candidates: [{ riderId: rider.id, distanceM: 300, score: expect.any(Number), acceptance: 1 }],
        outcomes: [{ riderId: rider.id, state: 'accepted' }],
      },
    ]);
    await api(rider.bearer, 'PUT', '/riders/me/availability', { isAvailable: false });
  });

  /** An event as the restaurant service publishes it. */
  const publish = async (
    type: 'ORDER_READY_FOR_RIDER' | 'ORDER_CANCELLED',
    version: number,
    orderId: string,
    data: object,
  ) => {
    const id = randomUUID();
    const timestamp = new Date().toISOString();
    const envelope = { id, type, version, timestamp, data: { orderId, ...data }, subject: orderId, seq: 9 };
    await on.outside.publisher.publish({
      messageId: id,
      type,
      timestamp,
      correlationId: 'story',
      routingKey: `order.${type}`,
      body: Buffer.from(
        JSON.stringify({ ...envelope, source: 'restaurant', correlationId: 'story', causationId: null }),
      ),
    });
  };
  const fullReady = (orderId: string, restaurantId: string) =>
    publish('ORDER_READY_FOR_RIDER', 2, orderId, {
      restaurantId,
      location: place(),
      userId: 'customer-1',
      restaurantName: 'Dosa House',
      dropoff: place(1_500),
      dropoffArea: 'Shivaji Nagar',
      customerPhone: '+91 98450 12345',
      readyAt: new Date().toISOString(),
      earningPaise: 3_400,
    });
  const firstOffer = (bearer: string, orderId: string) =>
    eventually('an offer', async () => (await offersOf(bearer)).find((offer) => offer.orderId === orderId));

  it('goes on to the next rider by itself when an offer expires, in the story of its order', async () => {
    const [ann, bob] = [await riderOnDuty(place(100)), await riderOnDuty(place(400))];
    const [orderId, restaurantId] = [hexId(), hexId()];
    await fullReady(orderId, restaurantId);
    expect(await firstOffer(ann.bearer, orderId)).toMatchObject({
      restaurantName: 'Dosa House',
      dropoffArea: 'Shivaji Nagar',
      tripM: 1_500,
      earningPaise: 3_400,
    });
    await firstOffer(bob.bearer, orderId);
    const late = await api(ann.bearer, 'POST', `/deliveries/${orderId}/accept`);
    expect([late.status, codeOf(late.body)]).toEqual([410, 'offer_expired']);
    const taken = await api(bob.bearer, 'POST', `/deliveries/${orderId}/accept`);
    expect(deliveryReply.parse(taken.body).delivery).toMatchObject({
      customerPhone: '+91 98450 12345',
      dropoff: place(1_500),
    });
    const assigned = await eventually('the assignment on the bus', () =>
      on.heard.find(({ type, subject }) => type === 'RIDER_ASSIGNED' && subject === orderId),
    );
    expect(assigned).toMatchObject({
      correlationId: 'story',
      data: { delivery: { riderName: 'Asha', riderUserId: bob.sub } },
    });

    on.restaurant.owned.set('owner-1', [restaurantId]);
    const path = `/deliveries/${orderId}/decisions`;
    expect((await api(token('restaurant', 'owner-1'), 'GET', path)).status).toBe(200);
    expect((await api(token('restaurant', 'owner-2'), 'GET', path)).status).toBe(404);
    expect(on.restaurant.asked.every((header) => header?.startsWith('Bearer '))).toBe(true);

    await publish('ORDER_CANCELLED', 1, orderId, {
      userId: 'customer-1',
      restaurantId,
      restaurantName: 'Dosa House',
      status: 'cancelled',
      paymentStatus: 'refund_pending',
      totalPaise: 30_000,
      currency: 'INR',
      by: 'customer',
    });
    await eventually(
      'the rider to be free',
      async () => (await api(bob.bearer, 'GET', '/riders/me/delivery')).status === 204,
    );
    const told = await eventually('the cancel on the bus', () =>
      on.heard.find(({ type, subject }) => type === 'DELIVERY_CANCELLED' && subject === orderId),
    );
    expect(told.data).toMatchObject({ closed: [{ riderUserId: bob.sub, reason: 'cancelled' }] });
    for (const { bearer } of [ann, bob]) await api(bearer, 'PUT', '/riders/me/availability', { isAvailable: false });
  });

  it('D10, E10: locks the door after five wrong codes and tells a person; the code is in nothing a rider or another hears', async () => {
    const rider = await riderOnDuty(place(100));
    const orderId = hexId();
    await fullReady(orderId, hexId());
    await firstOffer(rider.bearer, orderId);
    await api(rider.bearer, 'POST', `/deliveries/${orderId}/accept`);
    await api(rider.bearer, 'POST', `/deliveries/${orderId}/pick-up`);
    const right = deliveryCode(on.config.SERVICE_TOKEN_SECRET, orderId);
    const wrong = right === '0000' ? '0001' : '0000';
    const deliver = (code: string) => api(rider.bearer, 'POST', `/deliveries/${orderId}/deliver`, { code });
    const answers: unknown[] = [];
    for (let guess = 1; guess <= 5; guess += 1) {
      const { status, body } = await deliver(wrong);
      expect([status, codeOf(body)]).toEqual([422, 'wrong_code']);
      answers.push(body);
    }
    const locked = await deliver(right);
    expect([locked.status, codeOf(locked.body)]).toEqual([429, 'too_many_requests']);
    const asked = await eventually('a person to be asked', () =>
      on.heard.find(({ type, subject }) => type === 'DELIVERY_CASE_OPENED' && subject === orderId),
    );
    expect(asked.data).toEqual({ orderId, riderId: rider.id, reason: 'the code at the door was wrong 5 times' });

    const told = on.heard.filter(({ subject }) => subject === orderId);
    const seen = [
      await api(rider.bearer, 'GET', '/riders/me/delivery'),
      await api(token('admin', 'root'), 'GET', `/deliveries/${orderId}`),
    ];
    expect(told.length).toBeGreaterThanOrEqual(4);
    expect(on.logged()).toContain('/deliveries/:orderId/deliver');
    for (const secret of [JSON.stringify(right), `code":${right}`, `code":"${right}`])
      expect(JSON.stringify([told, seen, answers, locked.body]) + on.logged()).not.toContain(secret);
    await api(rider.bearer, 'PUT', '/riders/me/availability', { isAvailable: false });
  });

  const someId = 'f'.repeat(24);
  const location = { type: 'Point', coordinates: [77.6, 12.97] };
  const fix = { seq: 1, at: new Date().toISOString(), location, accuracyM: 5 };
  it.each<[string, string, readonly Role[], unknown?]>([
    ['POST', '/riders', ['rider'], {}],
    ['GET', '/riders/me', ['rider']],
    ['PUT', `/riders/${someId}/verification`, ['admin'], { isVerified: true }],
    ['PUT', '/riders/me/availability', ['rider'], { isAvailable: true }],
    ['POST', '/riders/me/locations', ['rider'], { points: [fix] }],
    ['GET', '/riders/me/offers', ['rider']],
    ['GET', '/riders/me/delivery', ['rider']],
    ['POST', `/deliveries/${someId}/accept`, ['rider']],
    ['POST', `/deliveries/${someId}/decline`, ['rider']],
    ['POST', `/deliveries/${someId}/pick-up`, ['rider']],
    ['POST', `/deliveries/${someId}/deliver`, ['rider'], {}],
    ['POST', `/deliveries/${someId}/release`, ['rider'], { reason: 'no' }],
    ['GET', `/deliveries/${someId}/decisions`, ['admin', 'restaurant']],
    ['GET', '/riders', ['admin']],
    ['GET', '/deliveries?active=true', ['admin']],
    ['GET', `/deliveries/${someId}`, ['admin', 'restaurant']],
  ])('T18: %s %s is for %j only', async (method, path, roles, body) => {
    expect((await call(undefined, method, `/api/v1${path}`, body)).status).toBe(401);
    for (const role of ['customer', 'restaurant', 'rider', 'admin'] as const) {
      const { status } = await api(token(role, `nobody-${role}`), method, path, body);
      if (roles.includes(role)) expect([200, 204, 400, 404]).toContain(status);
      else expect(status).toBe(403);
    }
  });

  it('T19: refuses a second registration, a body with a field it does not know and a place that is nowhere', async () => {
    const rider = await riderOnDuty(place(4_000));
    const wish = { name: 'Asha', phone: '+91 98860 54321', vehicle: 'scooter', licenceNumber: 'KA01 20260001' };
    const again = await api(rider.bearer, 'POST', '/riders', wish);
    expect([again.status, codeOf(again.body)]).toEqual([409, 'rider_exists']);
    const unknown = await api(token('rider', 'zoe'), 'POST', '/riders', { ...wish, isVerified: true });
    expect(unknown.status).toBe(400);
    const nowhere = { isAvailable: true, location: { type: 'Point', coordinates: [0, 0] } };
    expect((await api(rider.bearer, 'PUT', '/riders/me/availability', nowhere)).status).toBe(400);
    const me = await api(rider.bearer, 'GET', '/riders/me');
    expect(JSON.stringify(me.body)).not.toMatch(/20260001|Digest/);
    await api(rider.bearer, 'PUT', '/riders/me/availability', { isAvailable: false });
  });

  it('lets pages of the allowed origins read it, and no others', async () => {
    const url = (path: string) => `http://127.0.0.1:${on.app.port}${path}`;
    const bearer = { authorization: `Bearer ${token('admin', 'root')}` };
    for (const [origin, permission] of [
      ['https://ops.tiffin.example', 'https://ops.tiffin.example'],
      ['https://other.example', null],
    ] as const) {
      for (const path of ['/metrics', '/readyz', '/health', '/api/v1/riders']) {
        const wish = { origin, 'access-control-request-method': 'GET' };
        const answers = [
          await fetch(url(path), { method: 'OPTIONS', headers: wish }),
          await fetch(url(path), { headers: { origin, ...bearer } }),
        ];
        for (const { headers, body } of answers) {
          expect(headers.get('access-control-allow-origin'), `${path} for ${origin}`).toBe(permission);
          await body?.cancel();
        }
      }
    }
  });

  it('measures how many riders have fallen silent', async () => {
    const response = await fetch(`http://127.0.0.1:${on.app.port}/metrics`);
    expect(await response.text()).toContain('tiffin_silent_riders{service="rider"} 0');
  });

  it('describes what it answers', async () => {
    const { body } = await call(undefined, 'GET', '/openapi.json');
    const { paths } = z.looseObject({ paths: z.record(z.string(), z.unknown()) }).parse(body);
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/v1/riders', '/api/v1/deliveries', '/api/v1/deliveries/{orderId}']),
    );
  });

  it('refuses duty to a rider nobody has verified', async () => {
    const bearer = token('rider', 'new-rider');
    const wish = { name: 'Neel', phone: '+91 98860 54322', vehicle: 'bicycle', licenceNumber: 'KA01 20260002' };
    expect((await api(bearer, 'POST', '/riders', wish)).status).toBe(201);
    const answer = await api(bearer, 'PUT', '/riders/me/availability', { isAvailable: true, location: place() });
    expect([answer.status, codeOf(answer.body)]).toEqual([403, 'not_verified']);
  });

  it('D16: tells of each of 50 points in a frame why it was dropped, and refuses 51', async () => {
    const rider = await riderOnDuty();
    const fixAt = (seq: number, secondsAgo: number, more = {}) => {
      const at = new Date(Date.now() - secondsAgo * 1_000).toISOString();
      return { seq, at, location: place(seq), accuracyM: 5, ...more };
    };
    const bad = [
      fixAt(45, 4, { accuracyM: 101 }),
      fixAt(44, 3),
      fixAt(46, 3, { location: place(20_000) }),
      fixAt(47, -60),
      fixAt(48, 301),
      fixAt(49, 2, { location: { type: 'Point', coordinates: [0, 0] } }),
    ];
    const good = Array.from({ length: 44 }, (_, number) => fixAt(number + 1, 50 - number));
    const seen = await api(rider.bearer, 'POST', '/riders/me/locations', { points: [...good, ...bad] });
    expect(seen.status).toBe(200);
    expect(locationsReply.parse(seen.body)).toEqual({
      accepted: 44,
      dropped: [
        { seq: 45, reason: 'inaccurate' },
        { seq: 44, reason: 'repeated' },
        { seq: 46, reason: 'too_fast' },
        { seq: 47, reason: 'future' },
        { seq: 48, reason: 'old' },
        { seq: 49, reason: 'nowhere' },
      ],
      nextInMs: 5_000,
    });
    const tooMany = Array.from({ length: 51 }, (_, number) => fixAt(100 + number, 0));
    expect((await api(rider.bearer, 'POST', '/riders/me/locations', { points: tooMany })).status).toBe(400);
  });
});
