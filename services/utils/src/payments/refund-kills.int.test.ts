import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { StartUtils } from '../killable-utils.fixture.ts';
import { startStoreTap, type Write } from '../store-tap.fixture.ts';
import { orderEvent, type Stand, startStand } from '../utils.fixture.ts';

/** How often every step is died at. */
const ROUNDS = process.env.TIFFIN_LONG ? 5 : 1;
/** Longer than any lease, so that what the dead one held is free; all of them together are shorter than a token lives. */
const AHEAD_MS = 45_000;
const REFUND = 'POST /v1/payments/:id/refund';
const DOSA = 'd'.repeat(24);

let stand: Stand;
let tap: Awaited<ReturnType<typeof startStoreTap>>;
let next: ChildProcess;
let running: ChildProcess;
let aheadMs = 0;

const load = () =>
  fork(fileURLToPath(new URL('../killable-utils.fixture.ts', import.meta.url)), {
    execArgv: ['--conditions=source', '--import', 'tsx'],
  });

/** The one that stands by takes over, under a clock that goes ahead, and another is loaded. */
const takeOver = async () => {
  running = next;
  await eventually('it to be loaded', () => loaded.has(running), { withinMs: 30_000 });
  const started = once(running, 'message');
  const { config, databaseName } = stand;
  const told: StartUtils = { config: { ...config, MONGODB_URL: tap.url }, databaseName, aheadMs };
  running.send(told);
  await started;
  await eventually('it to be ready', async () => (await stand.call(undefined, 'GET', '/readyz')).status === 200);
  standBy();
};
const loaded = new WeakSet<ChildProcess>();
const standBy = () => {
  const child = load();
  child.once('message', () => loaded.add(child));
  next = child;
};

const kill = async (child: ChildProcess) => {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};
const killAndStartAgain = async () => {
  await kill(running);
  tap.through();
  aheadMs += AHEAD_MS;
  await takeOver();
};

beforeAll(async () => {
  stand = await startStand('kills');
  tap = await startStoreTap(stand.config.MONGODB_URL);
  standBy();
  await stand.stop();
  await takeOver();
}, 90_000);
afterAll(async () => {
  for (const child of [running, next]) if (child) await kill(child);
  await stand.restart();
  await stand.close();
  await tap?.close();
});

const refundsWritten = z.object({
  u: z.object({ $set: z.object({ state: z.object({ refunds: z.array(z.object({ status: z.string() })) }) }) }),
});
/** The write that puts a refund into this status. */
const refundBecomes =
  (status: string) =>
  ({ collection, documents }: Write): boolean =>
    collection === 'payments' &&
    documents.some((document) => refundsWritten.safeParse(document).data?.u.$set.state.refunds[0]?.status === status);

const marked = z.object({ u: z.object({ $max: z.object({ sentSeq: z.number() }) }) });
const ALL_EVENTS = 4;
/** The note that all events of a payment, its REFUND_PROCESSED included, have left. */
const allMarkedSent = ({ collection, documents }: Write): boolean =>
  collection === 'payments' &&
  documents.some((document) => marked.safeParse(document).data?.u.$max.sentSeq === ALL_EVENTS);

const kept = z.object({ event: z.literal('refund.processed') });
const webhookKept = ({ collection, documents }: Write): boolean =>
  collection === 'webhook-inbox' && documents.some((document) => kept.safeParse(document).success);

const STEPS: readonly (readonly [string, 'before' | 'after', (write: Write) => boolean])[] = [
  ['before the refund is requested', 'before', refundBecomes('requested')],
  ['requested, nobody told', 'after', refundBecomes('requested')],
  ['before it is claimed', 'before', refundBecomes('submitted')],
  ['claimed, the gateway not asked', 'after', refundBecomes('submitted')],
  ['the gateway has answered, the answer is not written', 'before', refundBecomes('pending')],
  ['the answer is written', 'after', refundBecomes('pending')],
  ['the webhook is not stored', 'before', webhookKept],
  ['the webhook is stored, not applied', 'after', webhookKept],
  ['the webhook is being applied', 'before', refundBecomes('processed')],
  ['processed, REFUND_PROCESSED not published', 'after', refundBecomes('processed')],
  ['REFUND_PROCESSED published, not known to be', 'before', allMarkedSent],
];

const aPaidOrder = async () => {
  const bill = stand.newBill();
  const { razorpay_payment_id: paymentId } = await stand.pay((await stand.checkout(bill.orderId)).razorpayOrderId);
  await eventually('PAYMENT_SUCCESS', async () => (await stand.stream(bill.orderId)).includes('PAYMENT_SUCCESS'));
  return { bill, orderId: bill.orderId, paymentId };
};
const gatewayState = z.object({
  faults: z.array(z.unknown()),
  refunds: z.array(z.object({ payment_id: z.string(), amount: z.number(), status: z.string() })),
});
const gatewayNow = async () => gatewayState.parse(await (await fetch(`${stand.gateway.url}/_control/state`)).json());

const HISTORY = ['PAYMENT_CREATED', 'PAYMENT_SUCCESS', 'REFUND_REQUESTED', 'REFUND_PROCESSED'];
const refunded: { orderId: string; amountPaise: number }[] = [];

/** One refund at the gateway, one in our record, each event once, whatever was repeated on the way. */
const expectOneRefund = async (orderId: string, paymentId: string, amountPaise: number) => {
  await eventually(
    'the refund to be processed',
    async () => (await stand.payment(orderId)).refunds[0]?.status === 'processed',
    { withinMs: 20_000 },
  );
  const { refunds } = await gatewayNow();
  expect(refunds.filter(({ payment_id: of }) => of === paymentId)).toMatchObject([
    { amount: amountPaise, status: 'processed' },
  ]);
  expect((await stand.payment(orderId)).refunds).toMatchObject([{ id: `rf_${paymentId}_0`, amountPaise }]);
  expect(await stand.stream(orderId)).toEqual(HISTORY);
  refunded.push({ orderId, amountPaise });
};

describe('kill -9 of the service that gives money back', () => {
  for (const [what, when, sees] of STEPS)
    it(`${what}: one refund at the gateway, one REFUND_PROCESSED`, { timeout: ROUNDS * 60_000 }, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { bill, orderId, paymentId } = await aPaidOrder();
        const struck = tap.strike(when, sees);
        await stand.publish(orderEvent('ORDER_CANCELLED', bill, { by: 'customer', reason: 'changed my mind' }));
        await struck;
        await killAndStartAgain();
        await expectOneRefund(orderId, paymentId, 30_700);
      }
    });

  it('BP-12: while the gateway works: one refund at the gateway, one REFUND_PROCESSED', async () => {
    const { bill, orderId, paymentId } = await aPaidOrder();
    await stand.control('faults', { route: REFUND, kind: 'stall', times: 1, stallMs: 500 });
    await stand.publish(orderEvent('ORDER_CANCELLED', bill, { by: 'customer', reason: 'changed my mind' }));
    await eventually('the gateway to be asked', async () => (await gatewayNow()).faults.length === 0);
    await killAndStartAgain();
    await expectOneRefund(orderId, paymentId, 30_700);
  });

  it('while a person asks for missing items: the same request, repeated, is the same refund', async () => {
    const { orderId, paymentId } = await aPaidOrder();
    const ask = () =>
      stand.call(
        stand.owner,
        'POST',
        `/api/v1/payments/${orderId}/refunds`,
        { items: [{ itemId: DOSA, quantity: 3 }], reason: 'missing' },
        { 'idempotency-key': key },
      );
    const key = randomUUID();
    const struck = tap.strike('after', refundBecomes('requested'));
    const unanswered = ask().catch(() => 'no answer');
    await struck;
    await killAndStartAgain();
    expect(await unanswered).toBe('no answer');
    expect(await ask()).toMatchObject({ status: 202, body: { refund: { amountPaise: 10_232 } } });
    await expectOneRefund(orderId, paymentId, 10_232);
  });

  // What was written before the broker was found again leaves with the sweeper, seconds later: one wait for all.
  it('and everybody hears of every step of every refund, once, with the right sum', async () => {
    expect(refunded).not.toEqual([]);
    for (const { orderId, amountPaise } of refunded) {
      const heard = await eventually('every event to be heard', async () => {
        const events = (await stand.events(orderId)).filter(({ source }) => source === 'utils');
        return events.length >= HISTORY.length && events;
      });
      expect(heard.map(({ type }) => type)).toEqual(HISTORY);
      expect(heard.at(-1)?.data).toMatchObject({ amountPaise, refundedPaise: amountPaise });
    }
  });
});
