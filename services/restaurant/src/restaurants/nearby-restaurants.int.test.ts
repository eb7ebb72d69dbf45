import { randomBytes } from 'node:crypto';
import { userId } from '@tiffin/contracts/claims';
import { distanceM, type Point } from '@tiffin/contracts/geo';
import { restaurantId } from '@tiffin/contracts/ids';
import { restaurantList } from '@tiffin/contracts/restaurant-api';
import { createServiceTokens, createTokenVerifier, signUserToken } from '@tiffin/platform/auth/tokens';
import { healthOf } from '@tiffin/platform/http/health';
import { createCursors } from '@tiffin/platform/http/pagination';
import { createHttpServer, type HttpServer } from '@tiffin/platform/http/server';
import { createLogger } from '@tiffin/platform/observability/logger';
import { type Database, openDatabase } from '@tiffin/platform/persistence/database';
import { createRelay } from '@tiffin/platform/persistence/relay';
import { type TestDatabase, withDatabase } from '@tiffin/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMongoRestaurantStore } from './restaurant.store.mongo.ts';
import { openRestaurant } from './restaurant.ts';
import { restaurantRoutes } from './restaurants.routes.ts';

const SECRET = 'u3Yc8Rw1Zk5Tq9Lm2Xv7Bn4Hs6Dj0Fg-restaurant';
const SERVICE_SECRET = 'p8Wd2Kf6Gs1Jh5Lz9Qx3Cv7Bn0Mt4Ry-internal';
const here: Point = { type: 'Point', coordinates: [77.6, 12.97] };
const mall: Point = { type: 'Point', coordinates: [77.6137, 12.9611] };
const IN_THE_MALL = 45;
const logger = createLogger({ service: 'restaurant', level: 'silent' });

let testDatabase: TestDatabase;
let database: Database;
let server: HttpServer;
let base: string;
const places: { id: string; metres: number }[] = [];

beforeAll(async () => {
  testDatabase = await withDatabase('nearby');
  database = openDatabase({ url: testDatabase.url, name: testDatabase.name, logger });
  const restaurants = createMongoRestaurantStore({
    connection: database.connection,
    relay: createRelay({ accepting: () => true, logger }),
    publish: async () => undefined,
    now: () => new Date(),
  });
  await database.ready;
  await restaurants.model.createIndexes();
  server = createHttpServer({
    service: 'restaurant',
    routes: restaurantRoutes({ restaurants, cursors: createCursors(SECRET) }),
    verifier: createTokenVerifier({ secret: SECRET }),
    serviceTokens: createServiceTokens({ secret: SERVICE_SECRET, name: 'restaurant' }),
    logger,
    health: async () => healthOf({}),
  });
  base = `http://127.0.0.1:${(await server.listen(0, '127.0.0.1')).port}`;

  const elsewhere = [-3, -2, -1, 0, 1, 2, 3, 4].map(
    (step): Point => ({ type: 'Point', coordinates: [77.6 + step * 0.006, 12.97] }),
  );
  for (const location of [...Array.from({ length: IN_THE_MALL }, () => mall), ...elsewhere]) {
    // Random ids: the order in which they were opened is no order of theirs.
    const id = restaurantId.parse(randomBytes(12).toString('hex'));
    const given = { name: 'Dosa House', phone: '+91 80 4000 1234', formattedAddress: '1 Church Street', location };
    const { state, events } = openRestaurant(id, userId.parse('owner-1'), given);
    await restaurants.create(id, state, events, { causationId: null, traceparent: undefined });
    places.push({ id, metres: distanceM(here, location) });
  }
});
afterAll(async () => {
  await server.close();
  await database.close();
  await testDatabase.close();
});

const token = signUserToken({ secret: SECRET, sub: 'customer-1', role: 'customer', ttlSeconds: 600 });
const pageOf = async (query: string) => {
  const response = await fetch(`${base}/api/v1/restaurants?latitude=12.97&longitude=77.6&${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return restaurantList.parse(JSON.parse(text));
};

it.each([7, 20, 50])(
  'pages through 45 restaurants at one point and others by %i, each once and nearest first',
  async (limit) => {
    const found: { _id: string; distanceM?: number | undefined }[] = [];
    const cursors: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { items, nextCursor } = await pageOf(`limit=${limit}${cursor && `&cursor=${cursor}`}`);
      expect(items.length).toBe(Math.min(limit, places.length - found.length));
      found.push(...items);
      if (nextCursor !== null) cursors.push(nextCursor);
      cursor = nextCursor;
    }
    expect(found.map(({ _id }) => _id).toSorted()).toEqual(places.map(({ id }) => id).toSorted());
    const metres = found.map((item) => item.distanceM ?? Number.NaN);
    expect(metres).toEqual(metres.toSorted((one, other) => one - other));
    const atTheMall = found.filter((item) => Math.abs((item.distanceM ?? 0) - distanceM(here, mall)) < 0.01);
    expect(atTheMall.map(({ _id }) => _id)).toEqual(atTheMall.map(({ _id }) => _id).toSorted());
    expect(atTheMall).toHaveLength(IN_THE_MALL);
    for (const cursor of cursors) expect(cursor.length).toBeLessThan(150);
  },
);

it('finds nobody beyond the radius, at the end of a page neither', async () => {
  const near = places.filter(({ metres }) => metres <= 700);
  const first = await pageOf('radiusM=700&limit=1');
  expect(first.nextCursor).not.toBeNull();
  const rest = await pageOf(`radiusM=700&limit=100&cursor=${first.nextCursor}`);
  expect([...first.items, ...rest.items].map(({ _id }) => _id).toSorted()).toEqual(near.map(({ id }) => id).toSorted());
  expect(rest.nextCursor).toBeNull();
});
