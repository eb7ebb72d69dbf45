import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCaller, createPeople, textAt } from '../city/people.ts';
import { startNode } from '../load/child-process.ts';
import { createHttpClient } from '../load/http-client.ts';

const builtFile = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const secret = () => randomBytes(36).toString('base64url');

export const TOTAL_PAISE = 30_700;
const SOCKETS = 32;
const KEY_ID = 'rzp_test_benchbench1';

export type PaymentStand = Awaited<ReturnType<typeof startPaymentStand>>;

/**
 * One utils service as it runs, with the document store and the fake gateway as processes of their own, and a stand-in that has a bill for
 * every order. The gateway sends no webhooks by itself: what arrives, and when, is the measurement's to say.
 */
export const startPaymentStand = async (brokerUrl: string) => {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const dataFolder = await mkdtemp(join(tmpdir(), 'tiffin-bench-payments-'));
    stops.push(() => rm(dataFolder, { recursive: true, force: true }));
    const bills = await standInForBills();
    stops.push(bills.close);
    const storeArguments = ['--port', '0', '--data', dataFolder, '--exit-with-parent'];
    const store = await startNode(builtFile('local/document-store/dist/main.js'), storeArguments);
    stops.push(store.stop);

    const [keySecret, webhookSecret, jwtSecret] = [secret(), secret(), secret()];
    const gateway = await startNode(builtFile('local/razorpay/dist/main.js'), ['--exit-with-parent'], {
      PORT: '0',
      RAZORPAY_KEY_ID: KEY_ID,
      RAZORPAY_KEY_SECRET: keySecret,
      RAZORPAY_WEBHOOK_SECRETS: webhookSecret,
      RAZORPAY_WEBHOOK_URL: 'http://127.0.0.1:1/',
    });
    stops.push(gateway.stop);
    const gatewayUrl = `http://127.0.0.1:${gateway.port}`;
    const utils = await startNode(builtFile('services/utils/dist/main.js'), ['--exit-with-parent'], {
      PORT: '0',
      LOG_LEVEL: 'warn',
      MONGODB_URL: `mongodb://127.0.0.1:${store.port}/?directConnection=true`,
      RABBITMQ_URL: brokerUrl,
      JWT_SECRET: jwtSecret,
      SERVICE_TOKEN_SECRET: secret(),
      RATE_LIMIT_RPS: '100000',
      RESTAURANT_URL: bills.url,
      RAZORPAY_API_URL: gatewayUrl,
      RAZORPAY_KEY_ID: KEY_ID,
      RAZORPAY_KEY_SECRET: keySecret,
      RAZORPAY_WEBHOOK_SECRETS: webhookSecret,
      // Nothing is looked at unless the measurement asks.
      RECONCILE_AFTER_S: '3600',
    });
    stops.push(utils.stop);
    const url = `http://127.0.0.1:${utils.port}`;

    const http = createHttpClient({ sockets: SOCKETS });
    stops.push(async () => http.close());
    const ask = createCaller(http);
    const people = createPeople(jwtSecret);
    const admin = people('admin', 'bench-admin');
    await ask('send no webhooks', 200, 'POST', `${gatewayUrl}/_control/webhooks`, undefined, { deliver: false });

    return {
      url,
      gatewayUrl,
      webhookSecret,
      gatewayAuthorization: `Basic ${Buffer.from(`${KEY_ID}:${keySecret}`).toString('base64')}`,
      http,
      /** Opens the payment of a new order; answers the gateway's order. */
      openPayment: async (): Promise<string> => {
        const orderId = randomBytes(12).toString('hex');
        const customer = people('customer', 'bench-customer');
        const opened = await ask('open a payment', 200, 'POST', `${url}/api/v1/payments`, customer, { orderId });
        return textAt(opened, 'razorpayOrderId');
      },
      /** The customer pays, and nobody tells us. */
      payUnnoticed: (orderId: string) =>
        ask('pay', 200, 'POST', `${gatewayUrl}/_control/pay`, undefined, { orderId, outcome: 'captured' }),
      askAsAdmin: (step: string, expected: number, method: 'GET' | 'POST', path: string, body?: unknown) =>
        ask(step, expected, method, `${url}/admin${path}`, admin, body),
      sign: (body: string) => createHmac('sha256', webhookSecret).update(body).digest('hex'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

const standInForBills = async () => {
  const server = createServer((request, response) => {
    const orderId = /orders\/([a-f0-9]{24})\/bill$/.exec(request.url ?? '')?.[1];
    const bill = {
      orderId,
      userId: 'bench-customer',
      restaurantId: 'a'.repeat(24),
      restaurantOwnerId: 'bench-owner',
      status: 'pending_payment',
      totalPaise: TOTAL_PAISE,
      currency: 'INR',
      expiresAt: new Date(Date.now() + 900_000).toISOString(),
      correlationId: randomUUID(),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(bill));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
};
