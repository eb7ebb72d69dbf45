import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { casesReply } from '@tiffin/contracts/cases-api';
import type { Role } from '@tiffin/contracts/claims';
import { type Envelope, envelope } from '@tiffin/contracts/envelope';
import { isEventType, routingKey } from '@tiffin/contracts/event-catalogue';
import { orderId as orderIdSchema } from '@tiffin/contracts/ids';
import { type Bill, bill as billSchema } from '@tiffin/contracts/order-api';
import { page } from '@tiffin/contracts/page';
import { checkout as checkoutSchema, type PaymentView, paymentReply } from '@tiffin/contracts/payment-api';
import { startDocumentStore } from '@tiffin/document-store/server';
import { startFakeRazorpay } from '@tiffin/fake-razorpay/server';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import { createBroker } from '@tiffin/platform/messaging/broker';
import { createLogger } from '@tiffin/platform/observability/logger';
import { openBareChannel, withVhost } from '@tiffin/testing/broker-vhost';
import { eventually } from '@tiffin/testing/eventually';
import { startTcpProxy } from '@tiffin/testing/tcp-proxy';
import mongoose from 'mongoose';
import * as z from 'zod';
import { createApp } from './app.ts';
import type { UtilsConfig } from './config.ts';

const secretOf = () => randomBytes(36).toString('base64url');

export type Answer = { status: number; body: unknown; headers: Headers };

/** The utils service as it runs, beside the fake gateway, a real broker and a stand-in for the restaurant's bills. */
export const startStand = async (
  name: string,
  given: {
    config?: Partial<UtilsConfig>;
    timings?: { refundSettlesMs?: number; lateAuthorisationMs?: number; answerWithinMs?: number };
  } = {},
) => {
  const releases: (() => Promise<unknown>)[] = [];
  const jwtSecret = secretOf();
  const webhookSecret = secretOf();
  const oldWebhookSecret = secretOf();
  const keySecret = secretOf();

  const folder = await mkdtemp(path.join(tmpdir(), `utils-${name}-`));
  releases.push(() => rm(folder, { recursive: true, force: true }));
  const outsideStore = process.env.MONGODB_URL;
  let embedded = outsideStore ? undefined : await startDocumentStore({ dataFolder: folder, port: 0 });
  const storeUrl = outsideStore ?? embedded?.url ?? '';
  releases.push(async () => embedded?.close());
  const vhost = await withVhost(`utils-${name}`);
  releases.push(() => vhost.close());

  const brokerUrl = new URL(vhost.url);
  const network = await startTcpProxy(Number(brokerUrl.port || 5672));
  brokerUrl.port = String(network.port);
  releases.push(network.close);

  const bills = await standInForBills();
  releases.push(bills.close);
  const port = await freePort();
  const gateway = await startFakeRazorpay({
    port: 0,
    keyId: 'rzp_test_utilstest01',
    keySecret,
    webhookSecret,
    webhookUrl: `http://127.0.0.1:${port}/api/v1/webhooks/razorpay`,
    timings: given.timings,
  });
  releases.push(gateway.close);

  const config: UtilsConfig = {
    NODE_ENV: 'test',
    PORT: port,
    LOG_LEVEL: 'silent',
    MONGODB_URL: storeUrl,
    RABBITMQ_URL: brokerUrl.href,
    JWT_SECRET: jwtSecret,
    SERVICE_TOKEN_SECRET: secretOf(),
    TOPOLOGY: 'declare',
    RATE_LIMIT_RPS: 10_000,
    PAYMENT_QUEUE: 'PAYMENT_SUCCESS',
    ORDER_READY_QUEUE: 'ORDER_READY_FOR_RIDER',
    RESTAURANT_URL: bills.url,
    RAZORPAY_API_URL: gateway.url,
    RAZORPAY_KEY_ID: 'rzp_test_utilstest01',
    RAZORPAY_KEY_SECRET: keySecret,
    RAZORPAY_WEBHOOK_SECRETS: [webhookSecret, oldWebhookSecret],
    PAYMENT_WINDOW_S: 900,
    RECONCILE_AFTER_S: 3600,
    ...given.config,
  };
  const logger = createLogger({ service: 'utils', level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const databaseName = `utils-${name}-${randomUUID().slice(0, 8)}`;
  const start = (changes: Partial<UtilsConfig> = {}) => createApp({ ...config, ...changes }, { logger, databaseName });
  let app = await start();
  const stop = async () => {
    await app.drain();
    await app.close();
  };
  releases.push(() => stop());

  const database = await mongoose
    .createConnection(storeUrl, { dbName: databaseName, serverSelectionTimeoutMS: 30_000 })
    .asPromise();
  releases.push(() => database.close());
  /** Every event of a payment, as its own document keeps them. */
  const stream = async (orderId: string): Promise<readonly string[]> => {
    const found = await database.collection('payments').findOne({ _id: new mongoose.Types.ObjectId(orderId) });
    return z
      .object({ stream: z.array(z.object({ type: z.string() })) })
      .parse(found)
      .stream.map(({ type }) => type);
  };
  const inbox = async () => inboxRows.parse(await database.collection('webhook-inbox').find().toArray());
  /** Resolves once nothing the gateway told us waits for work. */
  const workedOff = () =>
    eventually('the inbox to be worked off', async () => (await inbox()).every(({ dueAt }) => dueAt === undefined));

  const outside = createBroker({ url: vhost.url, service: 'test', queues: [], topology: 'declare', logger });
  outside.start();
  await outside.ready();
  releases.push(() => outside.close());

  const url = `http://127.0.0.1:${port}`;
  const token = (role: Role, sub: string) => signUserToken({ secret: jwtSecret, sub, role, ttlSeconds: 3600 });
  const call = async (
    who: { role: Role; sub: string } | undefined,
    method: string,
    route: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(url + route, {
      method,
      headers: {
        ...(who ? { authorization: `Bearer ${token(who.role, who.sub)}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  const admin = { role: 'admin', sub: 'admin-1' } as const;
  const customer = { role: 'customer', sub: 'customer-1' } as const;

  const control = async (action: string, body: object): Promise<unknown> => {
    const response = await fetch(`${gateway.url}/_control/${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`the fake gateway answered ${response.status}: ${await response.text()}`);
    return response.json();
  };

  /** An order that waits for its money. */
  const newBill = (changes: Partial<Bill> = {}): Bill => {
    const orderId = orderIdSchema.parse(randomBytes(12).toString('hex'));
    const made = billSchema.parse({
      orderId,
      userId: customer.sub,
      restaurantId: 'aaaaaaaaaaaaaaaaaaaaaaaa',
      restaurantOwnerId: 'owner-1',
      status: 'pending_payment',
      totalPaise: 30_700,
      currency: 'INR',
      expiresAt: new Date(Date.now() + 900_000).toISOString(),
      correlationId: randomUUID(),
      items: [
        { itemId: 'd'.repeat(24), name: 'Masala dosa', pricePaise: 3_333, quantity: 3 },
        { itemId: 'e'.repeat(24), name: 'Thali', pricePaise: 20_001, quantity: 1 },
      ],
      subtotalPaise: 30_000,
      deliveryFeePaise: 0,
      platformFeePaise: 700,
      ...changes,
    });
    bills.all.set(made.orderId, made);
    return made;
  };
  const checkout = async (orderId: string) => {
    const answer = await call(customer, 'POST', '/api/v1/payments', { orderId });
    if (answer.status !== 200) throw new Error(`POST /payments answered ${JSON.stringify(answer.body)}`);
    return checkoutSchema.parse(answer.body);
  };
  const pay = async (gatewayOrderId: string, more: object = {}) =>
    triple.parse(await control('pay', { orderId: gatewayOrderId, ...more }));
  const events = async (orderId: string): Promise<readonly Envelope[]> => {
    const answer = await call(admin, 'GET', `/admin/events?orderId=${orderId}&limit=100`);
    return page(envelope).parse(answer.body).items;
  };
  const typesOf = async (orderId: string) => (await events(orderId)).map(({ type }) => type);
  const payment = async (orderId: string): Promise<PaymentView> =>
    paymentReply.parse((await call(admin, 'GET', `/api/v1/payments/${orderId}`)).body).payment;
  const cases = async () => casesReply.parse((await call(admin, 'GET', '/admin/cases?limit=100')).body).items;

  const sign = (body: Buffer | string, secret = webhookSecret) =>
    createHmac('sha256', secret).update(body).digest('hex');
  const post = async (body: Buffer | string, headers: Record<string, string>): Promise<Answer> => {
    const response = await fetch(`${url}/api/v1/webhooks/razorpay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  /** A webhook of our own making, rightly signed unless told otherwise. */
  const webhook = (body: object | string | Buffer, headers: Record<string, string> = {}) => {
    const bytes = Buffer.isBuffer(body) ? body : typeof body === 'string' ? body : JSON.stringify(body);
    return post(bytes, {
      'x-razorpay-signature': sign(bytes),
      'x-razorpay-event-id': `evt_${randomBytes(7).toString('hex')}`,
      ...headers,
    });
  };

  const publish = (event: Envelope, headers: Record<string, string> = {}) =>
    outside.publisher.publish({
      messageId: event.id,
      type: event.type,
      timestamp: event.timestamp,
      correlationId: event.correlationId,
      routingKey: isEventType(event.type) ? routingKey(event.type) : `order.${event.type}`,
      body: Buffer.from(JSON.stringify(event)),
      headers,
    });
  const bare = await openBareChannel(vhost.url);
  releases.push(bare.end);
  /** Takes one message out of a queue, if there is one. */
  const take = async (queue: string) => {
    const message = await bare.channel.get(queue, { noAck: true });
    return message ? { headers: message.properties.headers ?? {}, body: message.content.toString('utf8') } : undefined;
  };

  const ready = () =>
    eventually(
      'the service to be ready',
      async () => {
        const { status, body } = await call(undefined, 'GET', '/readyz');
        return status === 200 && z.object({ status: z.literal('pass') }).safeParse(body).success;
      },
      { withinMs: 40_000 },
    );
  await ready();

  return {
    url,
    config,
    databaseName,
    /** Between the service and its broker. */
    network,
    gateway,
    bills,
    admin,
    customer,
    owner: { role: 'restaurant', sub: 'owner-1' } as const,
    secrets: { webhookSecret, oldWebhookSecret, keySecret },
    call,
    token,
    control,
    newBill,
    checkout,
    pay,
    events,
    typesOf,
    payment,
    cases,
    stream,
    inbox,
    workedOff,
    database,
    sign,
    post,
    webhook,
    publish,
    take,
    stop,
    /** A second process of the service beside the first, as far as one process of Node can be two. */
    another: async (changes: Partial<UtilsConfig> = {}) => {
      const second = await start({ PORT: 0, ...changes });
      return async () => {
        await second.drain();
        await second.close();
      };
    },
    /** Takes the database away until the returned function is called. */
    withoutStore: async () => {
      const port = embedded?.port ?? 0;
      await embedded?.close();
      return async () => {
        embedded = await startDocumentStore({ dataFolder: folder, port });
      };
    },
    restart: async (changes: Partial<UtilsConfig> = {}) => {
      app = await start(changes);
      await ready();
    },
    close: async () => {
      for (const release of releases.toReversed()) await release();
    },
  };
};
export type Stand = Awaited<ReturnType<typeof startStand>>;

const inboxRows = z.array(
  z.object({
    _id: z.string(),
    event: z.string(),
    status: z.string(),
    reason: z.string().optional(),
    attempts: z.number(),
    dueAt: z.date().optional(),
    body: z.unknown(),
  }),
);

export const triple = z.object({
  razorpay_order_id: z.string(),
  razorpay_payment_id: z.string(),
  razorpay_signature: z.string(),
});

/** An order event as the restaurant service would publish it. */
export const orderEvent = (type: string, bill: Bill, more: object): Envelope => ({
  id: randomUUID(),
  type,
  version: 1,
  timestamp: new Date().toISOString(),
  data: {
    orderId: bill.orderId,
    userId: bill.userId,
    restaurantId: bill.restaurantId,
    restaurantName: 'Dosa House',
    status: 'cancelled',
    paymentStatus: 'paid',
    totalPaise: bill.totalPaise,
    currency: 'INR',
    ...more,
  },
  subject: bill.orderId,
  seq: 3,
  source: 'restaurant',
  correlationId: bill.correlationId,
  causationId: null,
});

const standInForBills = async () => {
  const all = new Map<string, Bill>();
  const state = { broken: false };
  const server = createServer((request, response) => {
    const id = /^\/api\/v1\/internal\/orders\/([a-f0-9]{24})\/bill$/.exec(request.url ?? '')?.[1];
    const found = id === undefined ? undefined : all.get(id);
    const status = state.broken ? 503 : request.headers.authorization ? (found ? 200 : 404) : 401;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? found : { code: 'not_found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    all,
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
};

// The gateway wants the webhook's address before the service listens there.
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
