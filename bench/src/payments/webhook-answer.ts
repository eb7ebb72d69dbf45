import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type WebhookStatus, webhooksReply } from '@tiffin/contracts/payment-operations-api';
import type { Figure, Measured } from '../figure.ts';
import { startNode } from '../load/child-process.ts';
import { nowMs, until } from '../load/clock.ts';
import { atFixedRate, inParallel } from '../load/in-parallel.ts';
import type { Bench } from '../measurement.ts';
import { alternate } from '../rounds.ts';
import { quantile, ratioOf, spreadOf } from '../statistics.ts';
import { type PaymentStand, startPaymentStand, TOTAL_PAISE } from './payment-stand.ts';

const PER_SECOND = 200;
const SECONDS = 5;
const P99_MS = 50;
const WIDTH = 16;
const LOOK_EVERY_MS = 20;
const ROUTE = '/api/v1/webhooks/razorpay';
const VERIFY_ONLY = fileURLToPath(new URL('./verify-only-command.js', import.meta.url));

type Webhook = { readonly body: object; readonly headers: Record<string, string> };

/** What the gateway sends of a payment that succeeds, in its order. */
const webhooksOf = ({ sign }: PaymentStand, gatewayOrderId: string): readonly Webhook[] => {
  const id = `pay_${randomBytes(7).toString('hex')}`;
  const entity = { id, entity: 'payment', amount: TOTAL_PAISE, currency: 'INR', order_id: gatewayOrderId };
  const order = { entity: { id: gatewayOrderId } };
  return (['payment.authorized', 'payment.captured', 'order.paid'] as const).map((event) => {
    const status = event === 'payment.authorized' ? 'authorized' : 'captured';
    const payload = { payment: { entity: { ...entity, status } }, ...(event === 'order.paid' ? { order } : {}) };
    const created_at = Math.floor(Date.now() / 1_000);
    const body = { entity: 'event', account_id: 'acc_BenchBench0001', event, payload, created_at };
    const headers = {
      'x-razorpay-signature': sign(JSON.stringify(body)),
      'x-razorpay-event-id': `evt_${randomBytes(7).toString('hex')}`,
    };
    return { body, headers };
  });
};

/** A server's answers to webhooks that come at a fixed pace, counted from when each was meant to come. */
export const measureWebhookAnswer = async ({ rounds, say, broker }: Bench): Promise<Measured> => {
  const stand = await startPaymentStand(await (await broker.open()).vhost('webhooks'));
  const verifyOnly = await startNode(VERIFY_ONLY, [], { RAZORPAY_WEBHOOK_SECRETS: stand.webhookSecret });
  const faults = new Map<string, number>();
  try {
    const round = async (url: string): Promise<readonly number[]> => {
      const orders = Array.from({ length: Math.ceil((PER_SECOND * SECONDS) / 3) });
      const opened = await inParallel([...orders.keys()], WIDTH, stand.openPayment);
      const webhooks = opened.flatMap((order) => webhooksOf(stand, order));
      const tookMs: number[] = [];
      await atFixedRate(webhooks, 1_000 / PER_SECOND, async ({ body, headers }, intendedAtMs) => {
        const { status } = await stand.http.call('POST', url + ROUTE, undefined, body, headers);
        tookMs.push(nowMs() - intendedAtMs);
        if (status !== 200) faults.set(`answered ${status}`, (faults.get(`answered ${status}`) ?? 0) + 1);
      });
      return tookMs;
    };
    const behindMs: number[] = [];
    const roundOfOurs = async (): Promise<readonly number[]> => {
      const tookMs = await round(stand.url);
      const answeredAt = nowMs();
      while ((await countIn('received')) > 0) await until(nowMs() + LOOK_EVERY_MS);
      behindMs.push(nowMs() - answeredAt);
      return tookMs;
    };
    const countIn = async (status: WebhookStatus): Promise<number> => {
      const listed = await stand.askAsAdmin('list', 200, 'GET', `/webhooks?status=${status}&limit=100`);
      return webhooksReply.parse(listed).items.length;
    };
    const results = await alternate(
      rounds,
      { ours: roundOfOurs, peer: () => round(`http://127.0.0.1:${verifyOnly.port}`) },
      say,
    );
    for (const status of ['dead', 'quarantined', 'retry'] as const) {
      const ended = await countIn(status);
      if (ended > 0) faults.set(`ended as ${status}`, ended);
    }
    const figure = (share: number, name: string, target?: Figure['target']): Figure => {
      const of = (list: readonly (readonly number[])[]) => list.map((tookMs) => quantile(tookMs, share));
      const [ours, peer] = [of(results.ours), of(results.peer)];
      return {
        name,
        unit: 'ms',
        ours: spreadOf(ours),
        beside: { what: 'express that only verifies', figure: spreadOf(peer), ratio: ratioOf(ours, peer) },
        ...(target ? { target } : {}),
      };
    };
    return {
      figures: [
        figure(0.5, `webhook answered, ${PER_SECOND}/s, p50`),
        figure(0.99, '  the same, p99', { of: 'figure', atMost: P99_MS }),
        { name: '  the last answered until all applied', unit: 'ms', ours: spreadOf(behindMs.slice(1)) },
      ],
      notes: [
        `webhooks: ${PER_SECOND} a second at one utils process, three of each payment, counted from when each was meant to come; all of them are kept before they are answered and applied behind it on the same core. The express server keeps nothing and does nothing.`,
      ],
      details: results,
      faults: [...faults].map(([what, count]) => `webhooks: ${count} ${what}`),
    };
  } finally {
    await verifyOnly.stop();
    await stand.stop();
  }
};
