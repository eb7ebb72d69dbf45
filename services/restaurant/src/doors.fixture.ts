import { randomBytes } from 'node:crypto';
import { type Role, userId } from '@tiffin/contracts/claims';
import type { Point } from '@tiffin/contracts/geo';
import { orderId, restaurantId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import type { OrderStatus } from '@tiffin/contracts/order-api';
import { createServiceTokens, createTokenVerifier, signUserToken } from '@tiffin/platform/auth/tokens';
import { healthOf } from '@tiffin/platform/http/health';
import { createCursors } from '@tiffin/platform/http/pagination';
import { createHttpServer } from '@tiffin/platform/http/server';
import { createLogger } from '@tiffin/platform/observability/logger';
import { openDatabase } from '@tiffin/platform/persistence/database';
import { createMongoIdempotencyStore } from '@tiffin/platform/persistence/idempotency-store';
import { createRelay } from '@tiffin/platform/persistence/relay';
import { withDatabase } from '@tiffin/testing/database';
import { createDoorReader } from '@tiffin/testing/door-reader';
import { profiledQueries } from '@tiffin/testing/profiled-queries';
import { commandOrder } from './orders/command-order.ts';
import { createEta, tellingEta } from './orders/eta.ts';
import { createMongoOrderStore } from './orders/order.store.mongo.ts';
import type { OrderState } from './orders/order.ts';
import { orderRoutes } from './orders/orders.routes.ts';
import { placeOrder } from './orders/place-order.ts';
import { createMongoRestaurantStore } from './restaurants/restaurant.store.mongo.ts';
import { openRestaurant } from './restaurants/restaurant.ts';
import { restaurantRoutes } from './restaurants/restaurants.routes.ts';

const SECRET = 'u3Yc8Rw1Zk5Tq9Lm2Xv7Bn4Hs6Dj0Fg-restaurant';
const here: Point = { type: 'Point', coordinates: [77.6, 12.97] };
const hexId = () => randomBytes(12).toString('hex');

/** The doors of the restaurant service on its real stores, without a bus; the clock stands until the test moves it. */
export const openDoors = async (label: string) => {
  const logger = createLogger({ service: 'restaurant', level: 'silent' });
  const testDatabase = await withDatabase(label);
  const database = openDatabase({ url: testDatabase.url, name: testDatabase.name, logger });
  const clock = { at: new Date('2026-11-21T12:00:00.000Z') };
  const now = () => new Date(clock.at);
  const kept = {
    connection: database.connection,
    relay: createRelay({ accepting: () => false, logger }),
    publish: async () => undefined,
    now,
  };
  const etaPolicy = {
    riderSpeedMps: 5,
    assignExpectedS: 10,
    firstMileExpectedM: 1_000,
    spreadS: 120,
    spreadPercent: 15,
  };
  const etaNow = createEta({ policy: etaPolicy, now });
  const orders = tellingEta(createMongoOrderStore(kept), etaNow);
  const restaurants = createMongoRestaurantStore(kept);
  await database.ready;
  const cursors = createCursors(SECRET);
  const policy = { paymentWindowS: 900, deliveryRadiusM: 10_000 };
  const server = createHttpServer({
    service: 'restaurant',
    routes: [
      ...restaurantRoutes({ restaurants, cursors }),
      ...orderRoutes({
        orders,
        placeOrder: placeOrder({ orders, restaurants, policy, now }),
        commandOrder: commandOrder({ orders, now }),
        cursors,
        etaNow,
      }),
    ],
    verifier: createTokenVerifier({ secret: SECRET }),
    serviceTokens: createServiceTokens({ secret: `${SECRET}-service`, name: 'restaurant' }),
    logger,
    idempotency: createMongoIdempotencyStore({ connection: database.connection, now }),
    health: async () => healthOf({}),
  });
  const { port } = await server.listen(0, '127.0.0.1');

  const anOrder = async (status: OrderStatus = 'placed', more: Partial<OrderState> = {}) => {
    const id = orderId.parse(hexId());
    const state: OrderState = {
      userId: userId.parse('customer'),
      restaurantId: restaurantId.parse('2'.repeat(24)),
      restaurantOwnerId: userId.parse('restaurant'),
      restaurantName: 'Dosa House',
      items: [],
      subtotalPaise: inPaise(0),
      deliveryFeePaise: inPaise(0),
      platformFeePaise: inPaise(700),
      totalPaise: inPaise(700),
      currency: 'INR',
      deliveryAddress: { formattedAddress: '12 MG Road', phone: '+91 98450 12345', location: here },
      pickup: here,
      status,
      paymentStatus: 'paid',
      refusedPayments: [],
      refunds: [],
      ...more,
    };
    await orders.create(id, state, [], { causationId: null });
    return id;
  };

  const aRestaurant = async (owner = 'restaurant') => {
    const id = restaurantId.parse(hexId());
    const given = {
      name: 'Dosa House',
      phone: '+91 80 4000 1234',
      formattedAddress: '1 Church Street',
      location: here,
    };
    const { state, events } = openRestaurant(id, userId.parse(owner), given);
    await restaurants.create(id, state, events, { causationId: null });
    return id;
  };

  /** How the database found what it answered while `work` ran: one line for each query of a collection. */
  const plansOf = async (collection: string, work: () => Promise<unknown>): Promise<string[]> =>
    (await profiledQueries(database.connection.db, work))
      .filter((query) => query.collection === collection)
      .map(({ plan }) => plan);

  /** What a command answers somebody of that role. */
  const post = async (role: Role, path: string, body: object = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${signUserToken({ secret: SECRET, sub: role, role, ttlSeconds: 600 })}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    return { status: response.status, body: answer };
  };

  return {
    post,
    ...createDoorReader({ port, secret: SECRET }),
    orders,
    anOrder,
    aRestaurant,
    plansOf,
    now,
    pass: (seconds: number) => {
      clock.at = new Date(clock.at.getTime() + seconds * 1_000);
    },
    close: async () => {
      await server.close();
      await database.close();
      await testDatabase.close();
    },
  };
};
export type Doors = Awaited<ReturnType<typeof openDoors>>;
