import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Order, Payment, Refund } from './entities.ts';
import { type FakeRazorpay, type FakeRazorpayOptions, startFakeRazorpay } from './server.ts';

export const KEY_ID = 'rzp_test_key';
export const KEY_SECRET = 'the key secret';
export const WEBHOOK_SECRET = 'the webhook secret';

/** Waits for a fact, not for time: repeats the check until it stops throwing. */
export const eventually = async <T>(check: () => T | Promise<T>, withinMs = 8000): Promise<T> => {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (failure) {
      if (Date.now() > deadline) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
};

export interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly event: string;
  readonly atMs: number;
}

/** A merchant's endpoint that keeps what it got, byte for byte, and answers as the test says. */
export const startReceiver = async (answer: (response: ServerResponse, webhook: ReceivedWebhook) => void = ok) => {
  const received: ReceivedWebhook[] = [];
  let respond = answer;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const event = /"event":"([^"]+)"/.exec(raw.toString('utf8'))?.[1] ?? 'unreadable';
      const webhook = { headers: request.headers, raw, event, atMs: Date.now() };
      received.push(webhook);
      respond(response, webhook);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no port');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${address.port}/webhooks/razorpay`,
    received,
    names: () => received.map(({ event }) => event),
    answerWith: (next: (response: ServerResponse, webhook: ReceivedWebhook) => void) => {
      respond = next;
    },
  };
};

export const ok = (response: ServerResponse): void => {
  response.writeHead(200).end('{}');
};
export const failing = (response: ServerResponse): void => {
  response.writeHead(500).end();
};

export interface Reply<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly description: string;
    readonly source: string;
    readonly step: string;
    readonly reason: string;
    readonly field?: string;
  };
}

export interface Collection<T> {
  readonly entity: string;
  readonly count: number;
  readonly items: readonly T[];
}

export interface CheckoutTriple {
  readonly razorpay_payment_id: string;
  readonly razorpay_order_id: string;
  readonly razorpay_signature: string;
}

export interface GatewayState {
  readonly accountId: string;
  readonly orders: readonly Order[];
  readonly payments: readonly Payment[];
  readonly refunds: readonly Refund[];
  readonly webhooks: {
    readonly switches: { readonly deliver: boolean; readonly disabled: boolean };
    readonly counts: Readonly<Record<'pending' | 'delivered' | 'dropped' | 'given-up', number>>;
    readonly events: readonly { readonly event: string; readonly state: string; readonly attempts: number }[];
  };
  readonly faults: readonly object[];
  readonly redirectsFollowed: number;
}

export const BASIC = `Basic ${Buffer.from(`${KEY_ID}:${KEY_SECRET}`).toString('base64')}`;

/** A client that says what it means: the type is what the test expects to come back. */
export const clientOf = (url: string, authorization = BASIC) => {
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { authorization },
  ): Promise<Reply<T>> => {
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: T = text.startsWith('{') ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: parsed };
  };
  const get = async <T>(path: string): Promise<T> => (await call<T>('GET', path)).body;
  return {
    call,
    get,
    order: async (fields: object = {}): Promise<Order> =>
      (await call<Order>('POST', '/v1/orders', { amount: 50_000, currency: 'INR', ...fields })).body,
    pay: (orderId: string, options: object = {}) =>
      call<CheckoutTriple>('POST', '/_control/pay', { orderId, ...options }, {}),
    refund: <T = Refund>(paymentId: string, body: object = {}, key?: string) =>
      call<T>('POST', `/v1/payments/${paymentId}/refund`, body, {
        authorization,
        ...(key === undefined ? {} : { 'X-Refund-Idempotency': key }),
      }),
    control: <T>(path: string, body?: object) => call<T>('POST', `/_control/${path}`, body ?? {}, {}),
    state: () => get<GatewayState>('/_control/state'),
  };
};

export type GatewayClient = ReturnType<typeof clientOf>;

/** A gateway on a free port, with a receiver, ended with the test. */
export const startGateway = async (options: Partial<FakeRazorpayOptions> = {}) => {
  const receiver = await startReceiver();
  const razorpay: FakeRazorpay = await startFakeRazorpay({
    port: 0,
    keyId: KEY_ID,
    keySecret: KEY_SECRET,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: receiver.url,
    ...options,
  });
  onTestFinished(() => razorpay.close());
  return { razorpay, receiver, ...clientOf(razorpay.url) };
};

/** A gateway with one order that a customer has paid. */
export const startPaidGateway = async (options: Partial<FakeRazorpayOptions> = {}, orderFields: object = {}) => {
  const gateway = await startGateway(options);
  const order = await gateway.order(orderFields);
  const paid = await gateway.pay(order.id);
  return { ...gateway, order, paymentId: paid.body.razorpay_payment_id };
};
