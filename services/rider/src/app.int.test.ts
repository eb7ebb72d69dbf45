import { createHash } from 'node:crypto';
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
import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createApp } from './app.ts';
import { deliveryCode } from './deliveries/delivery-code.ts';
import { hexId, place, startDatabase, testConfig } from './stand.test.ts';

const parts = async () => {
  const vhost = await withVhost('rider');
  const database = await startDatabase();
  const config = testConfig({
    MONGODB_URL: database.url,
    RABBITMQ_URL: vhost.url,
    OFFER_TTL_S: '5',
    DELIVERY_CODE: 'on',
    RATE_LIMIT_RPS: '1000',
  });
  const app = await createApp(config, { databaseName: database.name });
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
  return { vhost, database, config, app, outside, heard };
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
    expect(locationsReply.parse(seen.body)).toEqual({ accepted: 1, dropped: [] });
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
        candidates: [{ riderId: rider.id, distanceM: 300, score: -300 }],
      },
    ]);
    await api(rider.bearer, 'PUT', '/riders/me/availability', { isAvailable: false });
  });
});
