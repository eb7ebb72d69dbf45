import { randomUUID } from 'node:crypto';
import type { Role } from '@tiffin/contracts/claims';
import { orderList, orderReply } from '@tiffin/contracts/order-api';
import { PROBLEMS, problem } from '@tiffin/contracts/problem';
import { itemReply, restaurantList, restaurantReply } from '@tiffin/contracts/restaurant-api';
import { createServiceTokens, signUserToken } from '@tiffin/platform/auth/tokens';
import { readConfig } from '@tiffin/platform/config/read-config';
import type { RunningService } from '@tiffin/platform/lifecycle/run-service';
import { createLogger } from '@tiffin/platform/observability/logger';
import { type BrokerVhost, withVhost } from '@tiffin/testing/broker-vhost';
import { type TestDatabase, withDatabase } from '@tiffin/testing/database';
import { eventually } from '@tiffin/testing/eventually';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { createApp } from './app.ts';
import { restaurantSettings } from './config.ts';

const JWT_SECRET = 'u3Yc8Rw1Zk5Tq9Lm2Xv7Bn4Hs6Dj0Fg-restaurant';
const SERVICE_SECRET = 'p8Wd2Kf6Gs1Jh5Lz9Qx3Cv7Bn0Mt4Ry-internal';
const NOBODY = 'f'.repeat(24);
const here = { type: 'Point', coordinates: [77.6, 12.97] };

let vhost: BrokerVhost;
let database: TestDatabase;
let app: RunningService;
let base: string;

const start = async (settings: Record<string, string> = {}) => {
  const config = readConfig(
    restaurantSettings,
    {
      MONGODB_URL: database.url,
      RABBITMQ_URL: vhost.url,
      JWT_SECRET,
      SERVICE_TOKEN_SECRET: SERVICE_SECRET,
      RATE_LIMIT_RPS: '100000',
      DELIVERY_CODE: 'on',
      ALLOWED_ORIGINS: 'https://ops.tiffin.example,http://127.0.0.1:4100',
      ...settings,
    },
    { production: false },
  );
  const logger = createLogger({ service: 'restaurant', level: 'silent' });
  const started = await createApp(config, { databaseName: database.name, logger });
  const url = `http://127.0.0.1:${started.port}`;
  await eventually('the service to be ready', async () => (await fetch(`${url}/readyz`)).ok, { withinMs: 30_000 });
  return started;
};

beforeAll(async () => {
  [vhost, database] = await Promise.all([withVhost('restaurant'), withDatabase('restaurant')]);
  app = await start();
  base = `http://127.0.0.1:${app.port}`;
});
afterAll(async () => {
  await app?.drain();
  await app?.close();
  await vhost?.close();
  await database?.close();
});

const tokenOf = (role: Role, sub: string) => signUserToken({ secret: JWT_SECRET, sub, role, ttlSeconds: 600 });
type Who = { role: Role; sub: string };
const someone = (role: Role): Who => ({ role, sub: `${role}-${randomUUID().slice(0, 8)}` });

const ask = async (
  who: Who | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  at = base,
) => {
  const response = await fetch(`${at}${path}`, {
    method,
    headers: {
      ...(who ? { authorization: `Bearer ${tokenOf(who.role, who.sub)}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, json: isJson ? JSON.parse(text) : undefined, headers: response.headers };
};
const read = async <Body>(answer: ReturnType<typeof ask>, status: number, schema: z.ZodType<Body>): Promise<Body> => {
  const { status: got, json } = await answer;
  expect(got, JSON.stringify(json)).toBe(status);
  return schema.parse(json);
};

const aKitchen = async (isOpen = true) => {
  const owner = someone('restaurant');
  const given = {
    name: 'Dosa House',
    phone: '+91 80 4000 1234',
    formattedAddress: '1 Church Street, Bengaluru',
    location: here,
  };
  const { restaurant } = await read(ask(owner, 'POST', '/api/v1/restaurants', given), 201, restaurantReply);
  const items = `/api/v1/restaurants/${restaurant._id}/items`;
  const { item } = await read(ask(owner, 'POST', items, { name: 'Masala dosa', pricePaise: 12_000 }), 201, itemReply);
  if (isOpen)
    await read(ask(owner, 'PATCH', `/api/v1/restaurants/${restaurant._id}`, { isOpen: true }), 200, restaurantReply);
  return { owner, restaurant, item };
};
type Kitchen = Awaited<ReturnType<typeof aKitchen>>;
const wish = ({ restaurant, item }: Pick<Kitchen, 'restaurant' | 'item'>, over: object = {}) => ({
  restaurantId: restaurant._id,
  items: [{ itemId: item._id, quantity: 2 }],
  deliveryAddress: { formattedAddress: '12 MG Road, Bengaluru', phone: '+91 98450 12345', location: here },
  ...over,
});
const anOrder = async (kitchen: Kitchen, customer = someone('customer'), at = base) => {
  const { order } = await read(ask(customer, 'POST', '/api/v1/orders', wish(kitchen), {}, at), 201, orderReply);
  return { order, customer };
};

describe('restaurants', () => {
  it('are found nearest first, page after page, none twice', async () => {
    const owner = someone('restaurant');
    const far = { type: 'Point', coordinates: [10, 50] };
    for (let number = 0; number < 7; number += 1) {
      const location = { type: 'Point', coordinates: [10, 50 + number * 0.001] };
      const given = { name: `Haus ${number % 2}`, phone: '+49 30 123456', formattedAddress: 'Weg 1', location };
      await read(ask(owner, 'POST', '/api/v1/restaurants', given), 201, restaurantReply);
    }
    const query = `latitude=${far.coordinates[1]}&longitude=${far.coordinates[0]}&radiusM=5000&limit=3`;
    const found: { _id: string; distanceM?: number | undefined }[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: z.infer<typeof restaurantList> = await read(
        ask(someone('customer'), 'GET', `/api/v1/restaurants?${query}${cursor && `&cursor=${cursor}`}`),
        200,
        restaurantList,
      );
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(found).toHaveLength(7);
    expect(new Set(found.map(({ _id }) => _id)).size).toBe(7);
    const distances = found.map(({ distanceM }) => distanceM ?? 0);
    expect(distances).toEqual(distances.toSorted((one, other) => one - other));
    const named = await read(
      ask(someone('customer'), 'GET', `/api/v1/restaurants?latitude=50&longitude=10&search=haus%201`),
      200,
      restaurantList,
    );
    expect(named.items.map(({ name }) => name)).toEqual(['Haus 1', 'Haus 1', 'Haus 1']);
    const own = await read(ask(owner, 'GET', '/api/v1/restaurants?owner=me&limit=100'), 200, restaurantList);
    expect(own.items).toHaveLength(7);
  });

  it('a dish can be changed and taken off; an order is priced from the menu alone', async () => {
    const kitchen = await aKitchen();
    await read(
      ask(kitchen.owner, 'PATCH', `/api/v1/items/${kitchen.item._id}`, { pricePaise: 13_000 }),
      200,
      itemReply,
    );
    const { order } = await anOrder(kitchen);
    expect(order).toMatchObject({
      subtotalPaise: 26_000,
      deliveryFeePaise: 0,
      platformFeePaise: 700,
      totalPaise: 26_700,
    });
    expect((await ask(kitchen.owner, 'DELETE', `/api/v1/items/${kitchen.item._id}`)).status).toBe(204);
    const gone = await ask(someone('customer'), 'POST', '/api/v1/orders', wish(kitchen));
    expect(gone).toMatchObject({ status: 422, json: { code: 'item_unavailable' } });
  });

  it('H127: an order of more than ten crore rupees is refused and nothing of it is kept', async () => {
    const kitchen = await aKitchen();
    const item = `/api/v1/items/${kitchen.item._id}`;
    await read(ask(kitchen.owner, 'PATCH', item, { pricePaise: 10_000_000 }), 200, itemReply);
    const customer = someone('customer');
    const items = Array.from({ length: 20 }, () => ({ itemId: kitchen.item._id, quantity: 50 }));
    expect(await ask(customer, 'POST', '/api/v1/orders', wish(kitchen, { items }))).toMatchObject({
      status: 422,
      json: { code: 'order_too_large' },
    });
    for (const who of [customer, kitchen.owner])
      expect(await ask(who, 'GET', '/api/v1/orders')).toMatchObject({ status: 200, json: { items: [] } });
  });

  it('E03, T04: an order that nobody paid in time stays, expired, with all that was in it, and its cart can be ordered again', async () => {
    const impatient = await start({ PAYMENT_WINDOW_S: '1' });
    const kitchen = await aKitchen();
    const { order, customer } = await anOrder(kitchen, someone('customer'), `http://127.0.0.1:${impatient.port}`);
    const shown = () => read(ask(customer, 'GET', `/api/v1/orders/${order._id}`), 200, orderReply);
    await eventually('it to expire', async () => (await shown()).order.status === 'expired');
    await impatient.drain();
    await impatient.close();
    const { order: expired } = await shown();
    expect(expired.items).toEqual(order.items);
    const { json } = await ask(customer, 'GET', `/api/v1/orders/${order._id}/events`);
    expect(json.items.map(({ type }: { type: string }) => type)).toEqual(['ORDER_CREATED', 'ORDER_EXPIRED']);
    const again = wish(kitchen, { items: expired.items.map(({ itemId, quantity }) => ({ itemId, quantity })) });
    const second = await read(ask(customer, 'POST', '/api/v1/orders', again), 201, orderReply);
    expect(second.order.totalPaise).toBe(order.totalPaise);
  });

  it('ten changes of one menu at once are all made', async () => {
    const kitchen = await aKitchen();
    const items = `/api/v1/restaurants/${kitchen.restaurant._id}/items`;
    const names = Array.from({ length: 10 }, (_, number) => `Dish ${number}`);
    const made = await Promise.all(names.map((name) => ask(kitchen.owner, 'POST', items, { name, pricePaise: 100 })));
    expect(made.map(({ status }) => status)).toEqual(names.map(() => 201));
  });

  it('B41: a dish of another kitchen cannot be ordered here, nor changed by this kitchen', async () => {
    const [here, elsewhere] = [await aKitchen(), await aKitchen()];
    const mixed = wish(here, { items: [{ itemId: elsewhere.item._id, quantity: 1 }] });
    expect(await ask(someone('customer'), 'POST', '/api/v1/orders', mixed)).toMatchObject({
      status: 422,
      json: { code: 'item_unavailable' },
    });
    const item = `/api/v1/items/${elsewhere.item._id}`;
    expect((await ask(here.owner, 'PATCH', item, { pricePaise: 100 })).status).toBe(404);
    expect((await ask(here.owner, 'DELETE', item)).status).toBe(404);
  });

  it('E12: a closed restaurant, an item that is off and an address too far away are refused, each by name', async () => {
    const customer = someone('customer');
    const closed = await aKitchen(false);
    expect(await ask(customer, 'POST', '/api/v1/orders', wish(closed))).toMatchObject({
      status: 422,
      json: { code: 'restaurant_closed' },
    });
    const kitchen = await aKitchen();
    await ask(kitchen.owner, 'PATCH', `/api/v1/items/${kitchen.item._id}`, { isAvailable: false });
    expect(await ask(customer, 'POST', '/api/v1/orders', wish(kitchen))).toMatchObject({
      status: 422,
      json: { code: 'item_unavailable' },
    });
    await ask(kitchen.owner, 'PATCH', `/api/v1/items/${kitchen.item._id}`, { isAvailable: true });
    const deliveryAddress = {
      formattedAddress: 'Far away',
      phone: '+91 98450 12345',
      location: { type: 'Point', coordinates: [78.6, 12.97] },
    };
    expect(await ask(customer, 'POST', '/api/v1/orders', wish(kitchen, { deliveryAddress }))).toMatchObject({
      status: 422,
      json: { code: 'out_of_zone' },
    });
  });
});

describe('another’s order', () => {
  it('B31, B32, B39, T18: is there for nobody but its customer, its kitchen and an admin', async () => {
    const kitchen = await aKitchen();
    const { order, customer } = await anOrder(kitchen);
    const path = `/api/v1/orders/${order._id}`;
    for (const who of [customer, kitchen.owner, someone('admin')]) {
      expect((await ask(who, 'GET', path)).status).toBe(200);
      expect((await ask(who, 'GET', `${path}/events`)).status).toBe(200);
    }
    for (const who of [someone('customer'), someone('restaurant'), someone('rider')]) {
      expect(await ask(who, 'GET', path)).toMatchObject({ status: 404, json: { code: 'not_found' } });
      expect((await ask(who, 'GET', `${path}/events`)).status).toBe(404);
    }
    const rival = (await aKitchen()).owner;
    for (const [verb, body] of [
      ['accept', { prepMinutes: 5 }],
      ['reject', { reason: 'no' }],
      ['prepare', {}],
      ['ready', {}],
      ['cancel', {}],
    ] as const) {
      expect((await ask(rival, 'POST', `${path}/${verb}`, body)).status, verb).toBe(404);
    }
    expect((await ask(someone('customer'), 'POST', `${path}/cancel`, {})).status).toBe(404);
    expect((await ask(customer, 'GET', path)).json.order.seq).toBe(1);
  });

  it('D10, E10: the code at the door is shown to its customer alone, and is in no event', async () => {
    const kitchen = await aKitchen();
    const { order, customer } = await anOrder(kitchen);
    const path = `/api/v1/orders/${order._id}`;
    expect(order.deliveryCode).toMatch(/^[0-9]{4}$/);
    expect((await ask(customer, 'GET', path)).json.order.deliveryCode).toBe(order.deliveryCode);
    for (const who of [kitchen.owner, someone('admin')]) {
      for (const seen of [path, `${path}/events`, `/api/v1/orders?restaurantId=${kitchen.restaurant._id}`]) {
        const { status, json } = await ask(who, 'GET', seen);
        expect(status, seen).toBe(200);
        expect(JSON.stringify(json), seen).not.toContain('deliveryCode');
        expect(JSON.stringify(json), seen).not.toContain(`"${order.deliveryCode}"`);
      }
    }
    expect(JSON.stringify((await ask(customer, 'GET', `${path}/events`)).json)).not.toContain('deliveryCode');
  });

  it('B36, B42: a customer moves no kitchen, and a move the state forbids is a conflict that changes nothing', async () => {
    const kitchen = await aKitchen();
    const { order, customer } = await anOrder(kitchen);
    const path = `/api/v1/orders/${order._id}`;
    expect((await ask(customer, 'POST', `${path}/ready`, {})).status).toBe(403);
    expect(await ask(kitchen.owner, 'POST', `${path}/ready`, {})).toMatchObject({
      status: 409,
      json: { code: 'order_conflict' },
    });
    expect((await ask(customer, 'GET', path)).json.order).toMatchObject({ status: 'pending_payment', seq: 1 });
  });

  it('lists show only one’s own, newest first, and a page goes on where the last one ended', async () => {
    const kitchen = await aKitchen();
    const customer = someone('customer');
    const made: string[] = [];
    for (let number = 0; number < 5; number += 1) made.unshift((await anOrder(kitchen, customer)).order._id);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path = `/api/v1/orders?limit=2${cursor && `&cursor=${cursor}`}`;
      const page: z.infer<typeof orderList> = await read(ask(customer, 'GET', path), 200, orderList);
      seen.push(...page.items.map(({ _id }) => _id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(made);
    const ofKitchen = await read(
      ask(kitchen.owner, 'GET', `/api/v1/orders?restaurantId=${kitchen.restaurant._id}&status=pending_payment`),
      200,
      orderList,
    );
    expect(ofKitchen.items).toHaveLength(5);
    const rival = await read(
      ask(someone('restaurant'), 'GET', `/api/v1/orders?restaurantId=${kitchen.restaurant._id}`),
      200,
      orderList,
    );
    expect(rival.items).toEqual([]);
  });
});

describe('what a body may not say', () => {
  it('B37, B38, H128: status, total, payment, rider, id and role are refused, and so is any unknown field', async () => {
    const kitchen = await aKitchen();
    const customer = someone('customer');
    for (const extra of [
      { status: 'placed' },
      { totalPaise: 1 },
      { paymentStatus: 'paid' },
      { riderId: NOBODY },
      { _id: NOBODY },
      { __v: 0 },
      { role: 'admin' },
      { userId: 'somebody' },
      { items: [{ itemId: kitchen.item._id, quantity: 1, pricePaise: 1 }] },
    ]) {
      const answer = await ask(customer, 'POST', '/api/v1/orders', wish(kitchen, extra));
      expect(answer.status, JSON.stringify(extra)).toBe(400);
      expect(answer.json.errors.length).toBeGreaterThan(0);
    }
  });

  it.each([0, -1, 0.5, 51, 1_001, '2', null, 1e21])('H127: %s is no quantity', async (quantity) => {
    const kitchen = await aKitchen();
    const items = [{ itemId: kitchen.item._id, quantity }];
    expect((await ask(someone('customer'), 'POST', '/api/v1/orders', wish(kitchen, { items }))).status).toBe(400);
  });

  it.each(['0', '-1', '0.5', '1e21', '9007199254740993', '"100"', '1e999', '-0', 'null'])(
    'H126: %s is no price',
    async (pricePaise) => {
      const { owner, restaurant } = await aKitchen();
      const body = `{"name":"Dosa","pricePaise":${pricePaise}}`;
      expect((await ask(owner, 'POST', `/api/v1/restaurants/${restaurant._id}/items`, body)).status).toBe(400);
    },
  );

  it.each([
    { type: 'Point', coordinates: [77.6, 90.0001] },
    { type: 'Point', coordinates: [181, 12] },
    { type: 'Point', coordinates: [77.6] },
    { type: 'Point', coordinates: [77.6, 12, 3] },
    { type: 'Point', coordinates: ['77.6', '12'] },
    { latitude: 12, longitude: 77 },
    { $geometry: here },
  ])('H131: %j is no place', async (location) => {
    const given = { name: 'X', phone: '+91 80 4000 1234', formattedAddress: 'Y', location };
    expect((await ask(someone('restaurant'), 'POST', '/api/v1/restaurants', given)).status).toBe(400);
  });

  it.each([
    'radiusM=0',
    'radiusM=-1',
    'radiusM=1000000000',
    'latitude=91',
    'longitude=abc',
    'limit=0',
    'limit=101',
    'cursor=x',
  ])('H132, H134: a search with %s is refused', async (bad) => {
    const query = new URLSearchParams({ latitude: '12.9', longitude: '77.6' });
    const [name = '', value = ''] = bad.split('=');
    query.set(name, value);
    const answer = await ask(someone('customer'), 'GET', `/api/v1/restaurants?${query}`);
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
  });

  it.each(['123456789012', 'f'.repeat(25), '$ne', '%7B%22$ne%22:null%7D', '%00', '..%2f..%2fadmin'])(
    'G118: %s is no id',
    async (id) => {
      expect([400, 404]).toContain((await ask(someone('customer'), 'GET', `/api/v1/orders/${id}`)).status);
    },
  );

  it('G114: operators in place of every text are refused', async () => {
    const kitchen = await aKitchen();
    for (const operator of [{ $ne: null }, { $gt: '' }, { $where: 'sleep(1)' }, { $regex: '^(a+)+$' }]) {
      expect(
        (await ask(someone('customer'), 'POST', '/api/v1/orders', wish(kitchen, { restaurantId: operator }))).status,
      ).toBe(400);
      expect(
        (await ask(kitchen.owner, 'PATCH', `/api/v1/restaurants/${kitchen.restaurant._id}`, { name: operator })).status,
      ).toBe(400);
    }
  });

  it('whatever is sent to whatever door, the answer is a documented problem and never a 5xx', async () => {
    const paths = [
      '/api/v1/orders',
      '/api/v1/restaurants',
      `/api/v1/restaurants/${NOBODY}/items`,
      `/api/v1/orders/${NOBODY}/accept`,
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.constantFrom<Role>('customer', 'restaurant', 'rider', 'admin'),
        fc.jsonValue(),
        async (path, role, body) => {
          const { status, json } = await ask(someone(role), 'POST', path, JSON.stringify(body));
          expect(status).toBeLessThan(500);
          expect(Object.keys(PROBLEMS)).toContain(problem.parse(json).code);
        },
      ),
      { numRuns: process.env.TIFFIN_LONG ? 5_000 : 60 },
    );
  });
});

describe('Idempotency-Key', () => {
  it('H135: the same cart sent twice is one order; another body, or another person, is told apart', async () => {
    const kitchen = await aKitchen();
    const customer = someone('customer');
    const key = randomUUID();
    const first = await ask(customer, 'POST', '/api/v1/orders', wish(kitchen), { 'idempotency-key': key });
    const again = await ask(customer, 'POST', '/api/v1/orders', wish(kitchen), { 'idempotency-key': `"${key}"` });
    expect(first.status).toBe(201);
    expect(again).toMatchObject({ status: 201, json: first.json });
    const items = [{ itemId: kitchen.item._id, quantity: 3 }];
    expect(
      (await ask(customer, 'POST', '/api/v1/orders', wish(kitchen, { items }), { 'idempotency-key': key })).status,
    ).toBe(422);
    const other = await ask(someone('customer'), 'POST', '/api/v1/orders', wish(kitchen), { 'idempotency-key': key });
    expect(other.json.order._id).not.toBe(first.json.order._id);
    expect(
      (await ask(customer, 'POST', '/api/v1/orders', wish(kitchen), { 'idempotency-key': 'x'.repeat(300) })).status,
    ).toBe(400);
  });

  it('H135: ten at once with one key make one order', async () => {
    const kitchen = await aKitchen();
    const customer = someone('customer');
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        ask(customer, 'POST', '/api/v1/orders', wish(kitchen), { 'idempotency-key': key }),
      ),
    );
    for (const { status } of answers) expect([201, 409]).toContain(status);
    const list = await read(ask(customer, 'GET', '/api/v1/orders'), 200, orderList);
    expect(list.items).toHaveLength(1);
  });
});

describe('pages of other origins', () => {
  const PERMISSION = 'access-control-allow-origin';
  const paths = ['/metrics', '/readyz', '/health', '/api/v1/orders'];

  it('are let in when they are named: each may ask first, and then read', async () => {
    for (const origin of ['https://ops.tiffin.example', 'http://127.0.0.1:4100']) {
      for (const path of paths) {
        const wish = {
          origin,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        };
        const first = await ask(undefined, 'OPTIONS', path, undefined, wish);
        expect([first.status, first.headers.get(PERMISSION)], path).toEqual([204, origin]);
        expect(first.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
        const answer = await ask(someone('admin'), 'GET', path, undefined, { origin });
        expect([answer.status, answer.headers.get(PERMISSION)], path).toEqual([200, origin]);
      }
      const refused = await ask(undefined, 'GET', '/api/v1/orders', undefined, { origin });
      expect([refused.status, refused.headers.get(PERMISSION)], 'a refusal can be read too').toEqual([401, origin]);
    }
  });

  it('get no permission when they are not', async () => {
    for (const origin of ['https://ops.tiffin.example.evil.example', 'http://127.0.0.1:4101', 'null']) {
      for (const path of paths) {
        const wish = { origin, 'access-control-request-method': 'GET' };
        expect((await ask(undefined, 'OPTIONS', path, undefined, wish)).headers.get(PERMISSION), path).toBeNull();
        const answer = await ask(someone('admin'), 'GET', path, undefined, { origin });
        expect([answer.headers.get(PERMISSION), answer.headers.get('vary')], path).toEqual([null, 'Origin']);
      }
    }
  });
});

describe('doors for other services', () => {
  it('show the bill and the history to a service, and to no person', async () => {
    const kitchen = await aKitchen();
    const { order } = await anOrder(kitchen);
    const token = createServiceTokens({ secret: SERVICE_SECRET, name: 'utils' }).issue();
    const asService = (path: string) => ask(undefined, 'GET', path, undefined, { authorization: `Bearer ${token}` });
    const bill = await asService(`/api/v1/internal/orders/${order._id}/bill`);
    expect(bill).toMatchObject({
      status: 200,
      json: {
        totalPaise: order.totalPaise,
        restaurantOwnerId: kitchen.owner.sub,
        items: order.items,
        subtotalPaise: order.subtotalPaise,
        deliveryFeePaise: order.deliveryFeePaise,
        platformFeePaise: order.platformFeePaise,
      },
    });
    const watched = await asService(`/api/v1/internal/orders/${order._id}?after=0`);
    expect(watched.json.events).toMatchObject([{ seq: 1, type: 'ORDER_CREATED', id: bill.json.correlationId }]);
    const owned = await asService(`/api/v1/internal/restaurants?owner=${kitchen.owner.sub}`);
    expect(owned.json.items).toEqual([{ restaurantId: kitchen.restaurant._id }]);
    expect((await ask(someone('admin'), 'GET', `/api/v1/internal/orders/${order._id}/bill`)).status).toBe(401);
  });

  it('the whole surface is documented', async () => {
    const { json } = await ask(undefined, 'GET', '/openapi.json');
    expect(Object.keys(json.paths)).toEqual(
      expect.arrayContaining(['/api/v1/orders', '/api/v1/orders/{id}/ready', '/api/v1/restaurants/{id}/items']),
    );
    const names = json.paths['/api/v1/orders'].get.parameters.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['status', 'restaurantId', 'orderedAfter', 'limit', 'cursor']);
  });
});
