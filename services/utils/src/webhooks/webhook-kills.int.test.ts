import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import type { StartUtils } from '../killable-utils.fixture.ts';
import { type Stand, startStand } from '../utils.fixture.ts';

const KILLS = process.env.TIFFIN_LONG ? 12 : 1;
const PER_SECOND = 200;
/** Between two kills. */
const SECONDS = process.env.TIFFIN_LONG ? 5 : 1;
/** Each payment is told of so often, in another way each time. */
const TOLD = ['payment.authorized', 'payment.captured', 'order.paid', 'payment.captured again'] as const;
const PAYMENTS = Math.ceil((KILLS * SECONDS * PER_SECOND) / TOLD.length);
const FIRST_RETRY_MS = 250;
/** Longer than the lease of a row, so that what a dead one held is free. */
const AHEAD_MS = 31_000;

let stand: Stand;
let running: ChildProcess;
let standby: { child: ChildProcess; loaded: Promise<unknown> };
let aheadMs = 0;

const load = () => {
  const child = fork(fileURLToPath(new URL('../killable-utils.fixture.ts', import.meta.url)), {
    execArgv: ['--conditions=source', '--import', 'tsx'],
  });
  return { child, loaded: once(child, 'message') };
};
/** The process that stands by becomes the service. */
const takeOver = async () => {
  const { child, loaded } = standby;
  await loaded;
  const { config, databaseName } = stand;
  const told: StartUtils = { config, databaseName, aheadMs };
  const started = once(child, 'message');
  child.send(told);
  await started;
  running = child;
  await eventually('it to be ready', async () => (await stand.call(undefined, 'GET', '/readyz')).status === 200, {
    withinMs: 60_000,
  });
};
const kill = async (child: ChildProcess) => {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

beforeAll(async () => {
  standby = load();
  stand = await startStand('webhook-kills');
  await stand.control('webhooks', { deliver: false });
  await stand.stop();
  await takeOver();
  standby = load();
}, 90_000);
afterAll(async () => {
  for (const child of new Set([running, standby.child])) await kill(child);
  await stand.restart();
  await stand.close();
});

type Signed = { readonly body: string; readonly headers: Record<string, string> };
const signed = (gatewayOrderId: string, id: string): readonly Signed[] => {
  const entity = { id, entity: 'payment', amount: 30_700, currency: 'INR', order_id: gatewayOrderId };
  const tell = (event: string, status: string, more: object = {}): Signed => {
    const payload = { payment: { entity: { ...entity, status } }, ...more };
    const body = JSON.stringify({ entity: 'event', account_id: 'acc_TiffinTest01', event, payload, created_at });
    return { body, headers: { 'x-razorpay-signature': stand.sign(body), 'x-razorpay-event-id': eventId() } };
  };
  const created_at = Math.floor(Date.now() / 1_000);
  const captured = tell('payment.captured', 'captured');
  return [
    tell('payment.authorized', 'authorized'),
    captured,
    tell('order.paid', 'captured', { order: { entity: { id: gatewayOrderId } } }),
    { ...captured, headers: { ...captured.headers, 'x-razorpay-event-id': eventId() } },
  ];
};
const eventId = () => `evt_${randomBytes(7).toString('hex')}`;

const inParallel = async (count: number, width: number, work: (index: number) => Promise<unknown>) => {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: width }, lane));
};

const streams = z.array(z.object({ stream: z.array(z.object({ type: z.string() })) }));

it(
  `F1: kill -9 at ${PER_SECOND} webhooks a second: whatever was answered 200 has its effect, once, and nothing is lost`,
  async () => {
    const webhooks: Signed[] = [];
    await inParallel(PAYMENTS, 16, async () => {
      const { razorpayOrderId } = await stand.checkout(stand.newBill().orderId);
      webhooks.push(...signed(razorpayOrderId, `pay_${randomBytes(7).toString('hex')}`));
    });

    let answered = 0;
    let refused = 0;
    // As the gateway does: again and again until it hears a 2xx, each time after twice as long.
    const deliver = async ({ body, headers }: Signed) => {
      for (let pauseMs = FIRST_RETRY_MS; ; pauseMs *= 2) {
        const status = await stand.post(body, headers).then(
          (answer) => answer.status,
          () => 'no answer',
        );
        if (status === 200) break;
        refused += 1;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      answered += 1;
    };
    const deliveries: Promise<void>[] = [];
    const startedAt = performance.now();
    const sending = (async () => {
      for (const [index, webhook] of webhooks.entries()) {
        const waitMs = startedAt + (index * 1_000) / PER_SECOND - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        deliveries.push(deliver(webhook));
      }
    })();

    for (let kills = 0; kills < KILLS; kills += 1) {
      const enough = (kills + 0.5) * SECONDS * PER_SECOND;
      await eventually('the next kill', () => deliveries.length >= enough, { withinMs: 60_000, everyMs: 1 });
      await kill(running);
      aheadMs += AHEAD_MS;
      await takeOver();
      if (kills + 1 < KILLS) standby = load();
    }
    await sending;
    await Promise.all(deliveries);
    expect(answered).toBe(webhooks.length);
    expect(refused).toBeGreaterThan(0);

    const inbox = stand.database.collection('webhook-inbox');
    await eventually(
      'the inbox to be worked off',
      async () => (await inbox.countDocuments({ dueAt: { $exists: true } })) === 0,
      { withinMs: KILLS * 60_000, everyMs: 100 },
    );
    expect(await inbox.countDocuments({ status: 'processed' })).toBe(PAYMENTS * 3);
    const kept = streams.parse(
      await stand.database
        .collection('payments')
        .find({}, { projection: { stream: 1 } })
        .toArray(),
    );
    expect(kept).toHaveLength(PAYMENTS);
    for (const { stream } of kept)
      expect(stream.map(({ type }) => type)).toEqual(['PAYMENT_CREATED', 'PAYMENT_SUCCESS']);
    const log = stand.database.collection('events');
    await eventually(
      'the event log to be whole',
      async () => (await log.countDocuments({ type: 'PAYMENT_SUCCESS' })) === PAYMENTS,
      { withinMs: 60_000, everyMs: 100 },
    );
    console.info(`${webhooks.length} webhooks, ${KILLS} kills, ${refused} tries without a 200, all applied once`);
  },
  KILLS * 180_000,
);
