import { ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { gatewayOrderId, gatewayPaymentId } from '@tiffin/contracts/ids';
import { SECOND } from '@tiffin/platform/clock';
import type { Logger } from '@tiffin/platform/observability/logger';
import Razorpay from 'razorpay';
import type * as z from 'zod';
import type { GatewayFailure, GatewayResult, RazorpayGateway, RefundFact } from './gateway.ts';
import {
  gatewayError,
  orderEntity,
  paymentCollection,
  paymentEntity,
  REFUND_KEY_NOTE,
  refundCollection,
  refundEntity,
} from './razorpay-entities.ts';

const TIMEOUT_MS = 8 * SECOND;
const MAX_SOCKETS = 64;
/** What a retried order is still captured within; shorter is refused by the gateway. */
const AUTOMATIC_EXPIRY_MIN = 12;
const MANUAL_EXPIRY_MIN = 7200;
/** As many as the gateway gives at once. */
const REFUNDS_A_PAGE = 100;

/** The SDK's own HTTP client. Its methods lose the cause of a network failure and cannot send the refund key, so they are not used. */
type Wire = {
  readonly defaults: object;
  get(url: string, options?: object): Promise<{ data: unknown }>;
  post(url: string, body: object, options?: object): Promise<{ data: unknown }>;
};
type Sdk = { readonly api: { readonly rq: Wire; getEntityUrl(path: { url: string }): string } };

// The one place where the SDK's undeclared insides get a type.
const insidesOf = (razorpay: unknown): Sdk => razorpay as Sdk;

/**
 * Razorpay behind its own SDK (2.9.8), with the SDK's traps closed: our address, 8 s time-out, no redirects, connections kept alive, ids
 * checked before they enter a path, every reply parsed, errors told apart by what they say about whether it happened.
 */
export const createRazorpayGateway = ({
  url,
  keyId,
  keySecret,
  logger,
}: {
  url: string;
  keyId: string;
  keySecret: string;
  logger: Logger;
}): RazorpayGateway => {
  const { api } = insidesOf(new Razorpay({ key_id: keyId, key_secret: keySecret }));
  Object.assign(api.rq.defaults, {
    baseURL: url,
    timeout: TIMEOUT_MS,
    maxRedirects: 0,
    maxContentLength: 4 * 1024 * 1024,
    proxy: false,
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS }),
  });

  const ask = async <Value>(
    { writes, what }: { writes: boolean; what: string },
    schema: z.ZodType<Value>,
    call: () => Promise<{ data: unknown }>,
  ): Promise<GatewayResult<Value>> => {
    try {
      const parsed = schema.safeParse((await againWhenStale(call)).data);
      if (parsed.success) return { ok: true, value: parsed.data };
      logger.error({ action: what }, 'the gateway answered in a form we do not read');
      return { ok: false, kind: writes ? 'ambiguous' : 'unavailable', reason: 'unreadable answer' };
    } catch (error) {
      const failure = failureOf(error, writes);
      logger.warn({ action: what, outcome: failure.kind, problem: failure.reason }, 'the gateway did not do it');
      return failure;
    }
  };
  const read = <Value>(what: string, schema: z.ZodType<Value>, path: string, options: object = {}) =>
    ask({ writes: false, what }, schema, () => api.rq.get(api.getEntityUrl({ url: path }), options));
  const write = <Value>(what: string, schema: z.ZodType<Value>, path: string, body: object, headers: object = {}) =>
    ask({ writes: true, what }, schema, () => api.rq.post(api.getEntityUrl({ url: path }), body, { headers }));

  return {
    createOrder: ({ orderId, amountPaise, currency }) =>
      write('create order', orderEntity, '/orders', {
        amount: amountPaise,
        currency,
        receipt: orderId,
        unique_receipt: true,
        payment: {
          capture: 'automatic',
          capture_options: {
            automatic_expiry_period: AUTOMATIC_EXPIRY_MIN,
            manual_expiry_period: MANUAL_EXPIRY_MIN,
            refund_speed: 'normal',
          },
        },
      }),
    payment: (id, { deadlineMs = TIMEOUT_MS } = {}) =>
      read('read payment', paymentEntity, `/payments/${gatewayPaymentId.parse(id)}`, deadline(deadlineMs)),
    paymentsOf: async (id) => {
      const path = `/orders/${gatewayOrderId.parse(id)}/payments`;
      return items(await read('list payments', paymentCollection, path));
    },
    refundsOf: async (id) => {
      const path = `/payments/${gatewayPaymentId.parse(id)}/refunds`;
      const refunds: RefundFact[] = [];
      // The newest ten, unless more are asked for; a refund of a hundred parts ago may be the one whose answer was lost.
      for (;;) {
        const params = { count: REFUNDS_A_PAGE, skip: refunds.length };
        const page = items(await read('list refunds', refundCollection, path, { params }));
        if (!page.ok) return page;
        refunds.push(...page.value);
        if (page.value.length < REFUNDS_A_PAGE) return { ok: true, value: refunds };
      }
    },
    refund: ({ gatewayPaymentId: id, amountPaise, key }) =>
      write(
        'refund',
        refundEntity,
        `/payments/${gatewayPaymentId.parse(id)}/refund`,
        { amount: amountPaise, speed: 'normal', notes: { [REFUND_KEY_NOTE]: key } },
        { 'X-Refund-Idempotency': key },
      ),
  };
};

/**
 * A gateway closes a connection that was idle in the very moment we use it again: nothing is wrong, and the same request on a new
 * connection will do. Each of ours may be sent twice: it reads, or it carries a receipt or a key that makes it the same one.
 */
const againWhenStale = async <Reply>(call: () => Promise<Reply>): Promise<Reply> => {
  try {
    return await call();
  } catch (error) {
    if (!brokeOnReusedConnection(error)) throw error;
    return call();
  }
};

const brokeOnReusedConnection = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  (error.code === 'ECONNRESET' || error.code === 'EPIPE') &&
  'request' in error &&
  error.request instanceof ClientRequest &&
  error.request.reusedSocket;

// The client's own time-out counts silence on the socket; a customer who waits needs an end to the whole call.
const deadline = (ms: number) => ({ timeout: ms, signal: AbortSignal.timeout(ms) });

const items = <Item>(result: GatewayResult<{ items: readonly Item[] }>): GatewayResult<readonly Item[]> =>
  result.ok ? { ok: true, value: result.value.items } : result;

const NOTHING_HAPPENED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** What an error of the HTTP client says about whether the gateway did it. */
export const failureOf = (error: unknown, writes: boolean): GatewayFailure => {
  const perhaps = writes ? 'ambiguous' : 'unavailable';
  const { status, data, code } = partsOf(error);
  if (status === undefined)
    return {
      ok: false,
      kind: code && NOTHING_HAPPENED.has(code) ? 'unavailable' : perhaps,
      reason: code ?? 'no answer',
    };
  const reason = `${status} ${gatewayError.parse(data)}`.trim();
  if (status === 409) return { ok: false, kind: 'conflict', reason };
  // 401: our keys are wrong, which says nothing about the request; a person mends the keys and it goes on.
  if (status === 429 || status === 401) return { ok: false, kind: 'unavailable', reason };
  return { ok: false, kind: status >= 400 && status < 500 ? 'rejected' : perhaps, reason };
};

const partsOf = (error: unknown): { status?: number; data?: unknown; code?: string } => {
  if (typeof error !== 'object' || error === null) return {};
  const response = 'response' in error && typeof error.response === 'object' ? error.response : undefined;
  const status = response && 'status' in response && typeof response.status === 'number' ? response.status : undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    ...(status === undefined ? {} : { status }),
    ...(response && 'data' in response ? { data: response.data } : {}),
    ...(code === undefined ? {} : { code }),
  };
};
