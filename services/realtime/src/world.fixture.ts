import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Role } from '@tiffin/contracts/claims';
import type { Envelope } from '@tiffin/contracts/envelope';
import type { EventType } from '@tiffin/contracts/event-catalogue';
import { routingKey } from '@tiffin/contracts/event-catalogue';
import { durableQueues } from '@tiffin/contracts/queues';
import { createServiceTokens, signUserToken } from '@tiffin/platform/auth/tokens';
import type { Clock } from '@tiffin/platform/clock';
import { createBroker } from '@tiffin/platform/messaging/broker';
import { createLogger } from '@tiffin/platform/observability/logger';
import { withVhost } from '@tiffin/testing/broker-vhost';
import { openSocket, type TestSocket } from '@tiffin/testing/socket';
import type { TestOrder } from './an-order.fixture.ts';
import { createApp } from './app.ts';
import type { RealtimeConfig } from './config.ts';

// What the tests of this service stand on: the real service on a real broker, real clients, and stand-ins for the two services it asks.

export const JWT_SECRET = randomBytes(48).toString('base64');
export const SERVICE_TOKEN_SECRET = randomBytes(48).toString('base64');

export const tokenOf = (
  role: Role,
  sub: string,
  { ttlSeconds = 3_600, now }: { ttlSeconds?: number; now?: Clock } = {},
) => signUserToken({ secret: JWT_SECRET, role, sub, ttlSeconds, ...(now && { now }) });

const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const part of request) text += String(part);
  return JSON.parse(text);
};

/** Stands in for the restaurant and the rider service: their internal routes, and nothing else. */
export const startNeighbours = async () => {
  const tokens = createServiceTokens({ secret: SERVICE_TOKEN_SECRET, name: 'restaurant' });
  const orders = new Map<string, TestOrder>();
  const owned = new Map<string, string[]>();
  const asked: string[] = [];
  const reported: { token: string; body: unknown }[] = [];
  const state = { away: false };
  const locationsAnswer: { status: number; body: unknown } = { status: 200, body: { accepted: 1, dropped: [] } };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://neighbours');
    asked.push(`${pathname}${searchParams.size > 0 ? `?${searchParams}` : ''}`);
    if (state.away) return request.socket.destroy();
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (pathname === '/api/v1/riders/me/locations') {
      reported.push({ token, body: await bodyOf(request) });
      return json(response, locationsAnswer.status, locationsAnswer.body);
    }
    if (pathname === '/api/v1/orders') {
      const placed = [...orders.values()].map((order) => order.view());
      const items = placed.filter((view) => {
        return view.restaurantId === searchParams.get('restaurantId') && view.status === searchParams.get('status');
      });
      return json(response, 200, { items, nextCursor: null });
    }
    if ('failure' in tokens.verify(token)) return json(response, 401, {});
    if (pathname === '/api/v1/internal/restaurants') {
      const items = (owned.get(searchParams.get('owner') ?? '') ?? []).map((restaurantId) => ({ restaurantId }));
      return json(response, 200, { items });
    }
    const order = orders.get(pathname.replace('/api/v1/internal/orders/', ''));
    if (!order) return json(response, 404, { code: 'not_found' });
    json(response, 200, order.history(Number(searchParams.get('after') ?? 0)));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the stand-in does not listen');

  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    reported,
    state,
    locationsAnswer,
    orders,
    owned,
    keep(order: TestOrder): TestOrder {
      orders.set(order.orderId, order);
      owned.set(order.ownerId, [...(owned.get(order.ownerId) ?? []), order.restaurantId]);
      return order;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;

/** A broker of its own, the neighbours, and as many realtime nodes as a test wants. `close` leaves nothing running. */
export const startWorld = async (name: string) => {
  const vhost = await withVhost(name);
  const neighbours = await startNeighbours();
  const logger = createLogger({ service: 'realtime', level: 'silent' });
  const bus = createBroker({
    url: vhost.url,
    service: 'restaurant',
    queues: durableQueues(),
    topology: 'declare',
    logger,
  });
  bus.start();
  await bus.ready();
  const open: { close(): unknown }[] = [];

  const startNode = async (more: Partial<RealtimeConfig> = {}, overrides: { now?: Clock } = {}) => {
    const config: RealtimeConfig = {
      NODE_ENV: 'test',
      PORT: 0,
      LOG_LEVEL: 'silent',
      RABBITMQ_URL: vhost.url,
      JWT_SECRET,
      SERVICE_TOKEN_SECRET,
      TOPOLOGY: 'declare',
      PAYMENT_QUEUE: 'PAYMENT_SUCCESS',
      ORDER_READY_QUEUE: 'ORDER_READY_FOR_RIDER',
      RESTAURANT_URL: neighbours.url,
      RIDER_URL: neighbours.url,
      ...more,
    };
    const app = await createApp(config, { logger, ...overrides });
    const url = `http://127.0.0.1:${app.port}`;
    const node = { ...app, url };
    open.push(node);
    return node;
  };

  return {
    vhost,
    neighbours,
    bus,
    /** A node that hears the bus already. */
    startLinkedNode: async (more: Partial<RealtimeConfig> = {}, overrides: { now?: Clock } = {}) => {
      const node = await startNode(more, overrides);
      for (;;) {
        const health: unknown = await (await fetch(`${node.url}/readyz`)).json();
        if (typeof health === 'object' && health && 'status' in health && health.status === 'pass') return node;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    connect: async (url: string, role: Role, sub: string): Promise<TestSocket> => {
      const socket = await openSocket(url, tokenOf(role, sub));
      open.push(socket);
      return socket;
    },
    publish: (event: Envelope, headers: Record<string, string> = {}): Promise<void> =>
      bus.publisher.publish({
        messageId: event.id,
        type: event.type,
        timestamp: event.timestamp,
        correlationId: event.correlationId,
        routingKey: routingKey(event.type as EventType),
        body: Buffer.from(JSON.stringify(event)),
        headers,
        mandatory: false,
      }),
    close: async () => {
      for (const one of open.reverse()) await one.close();
      await bus.close();
      await neighbours.close();
      await vhost.close();
    },
  };
};
