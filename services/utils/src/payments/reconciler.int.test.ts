import { createServer, request } from 'node:http';
import { reconciledReply, reconciliationDueReply, reconciliationReply } from '@tiffin/contracts/payment-operations-api';
import { eventually } from '@tiffin/testing/eventually';
import { profiledQueries } from '@tiffin/testing/profiled-queries';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shell } from '../shell.fixture.ts';
import { orderEvent, type Stand, startStand } from '../utils.fixture.ts';

const AT_ONCE = process.env.TIFFIN_LONG ? 1_000 : 20;
const LOST = process.env.TIFFIN_LONG ? 1_000 : 30;
/** What a lost payment may take longer than the time after which it is looked for. */
const RECOVERED_WITHIN_S = 60;

let stand: Stand;
beforeAll(async () => {
  stand = await startStand('reconciler', { config: { RECONCILE_AFTER_S: 1 } });
  await stand.control('webhooks', { deliver: false });
});
afterAll(() => stand?.close());

const count = async (orderId: string, wanted: string) =>
  (await stand.stream(orderId)).filter((type) => type === wanted).length;

const ask = (method: string, body?: object) => stand.call(stand.admin, method, '/admin/reconciliation', body);
const standing = async () => reconciliationReply.parse((await ask('GET')).body);
const countPaid = (orderIds: readonly string[]) =>
  stand.database.collection('payments').countDocuments({
    _id: { $in: orderIds.map((id) => new mongoose.Types.ObjectId(id)) },
    'state.succeededWith': { $exists: true },
  });
const inParallel = async <Item>(items: readonly Item[], width: number, work: (item: Item) => Promise<unknown>) => {
  const rest = [...items];
  const lane = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
};
const capturedBody = (gatewayOrderId: string, id: string, created_at = Math.floor(Date.now() / 1_000)) => ({
  entity: 'event',
  account_id: 'acc_TiffinTest01',
  event: 'payment.captured',
  contains: ['payment'],
  payload: {
    payment: {
      entity: { id, entity: 'payment', amount: 30_700, currency: 'INR', status: 'captured', order_id: gatewayOrderId },
    },
  },
  created_at,
});

describe('when every webhook and callback is lost', () => {
  it('T03, BP-08: an order is paid by asking the gateway, once', async () => {
    const bill = stand.newBill();
    await stand.pay((await stand.checkout(bill.orderId)).razorpayOrderId);
    await eventually('PAYMENT_SUCCESS', async () => (await count(bill.orderId, 'PAYMENT_SUCCESS')) === 1);
    expect(await stand.payment(bill.orderId)).toMatchObject({ status: 'captured' });
  });

  it('E02: an order paid while the service was away is paid when it is back', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    await stand.stop();
    await stand.pay(razorpayOrderId);
    await stand.restart();
    await eventually('PAYMENT_SUCCESS', async () => (await count(bill.orderId, 'PAYMENT_SUCCESS')) === 1);
  });

  it('a gateway that does not answer is asked again', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    await stand.control('faults', { route: 'GET /v1/orders/:id/payments', kind: '502-html', times: 2 });
    await stand.pay(razorpayOrderId);
    await eventually('PAYMENT_SUCCESS', async () => (await count(bill.orderId, 'PAYMENT_SUCCESS')) === 1);
  });

  it('T04, E03: money for an order that has expired reaches the order, and goes back once when the order refuses it', async () => {
    const bill = stand.newBill({ expiresAt: new Date(Date.now() + 1_000).toISOString() });
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    stand.bills.all.set(bill.orderId, { ...bill, status: 'expired' });
    const paid = await stand.pay(razorpayOrderId);
    await eventually('PAYMENT_SUCCESS', async () => (await count(bill.orderId, 'PAYMENT_SUCCESS')) === 1);

    const refused = orderEvent('ORDER_PAYMENT_REFUSED', bill, {
      status: 'expired',
      reason: 'too_late',
      paymentId: paid.razorpay_payment_id,
      paidPaise: bill.totalPaise,
      paidCurrency: 'INR',
    });
    await stand.publish(refused);
    await stand.publish({ ...refused, id: `${refused.id}-again` });
    await eventually(
      'the refund to be processed',
      async () => (await stand.payment(bill.orderId)).status === 'refunded',
      {
        withinMs: 90_000,
        everyMs: 200,
      },
    );
    const stream = await stand.stream(bill.orderId);
    expect(stream.filter((type) => type.startsWith('REFUND'))).toEqual(['REFUND_REQUESTED', 'REFUND_PROCESSED']);
    const events = await eventually('the event log to be whole', async () => {
      const all = await stand.events(bill.orderId);
      return all.some(({ type }) => type === 'REFUND_PROCESSED') && all;
    });
    expect(events.find(({ type }) => type === 'REFUND_REQUESTED')).toMatchObject({
      causationId: refused.id,
      correlationId: bill.correlationId,
      data: { paymentId: paid.razorpay_payment_id, amountPaise: bill.totalPaise, reason: 'too_late' },
    });
  }, 120_000);

  it(`T03, BP-05: of ${LOST} payments of every kind each paid order is told of once within ${RECOVERED_WITHIN_S} s, the others never`, async () => {
    const kinds = ['captured', 'authorized', 'failed', 'late', 'failed and captured', 'captured twice'] as const;
    const paidKinds = new Set<string>(['captured', 'late', 'failed and captured', 'captured twice']);
    // Long: the looks of a whole hour fall due at once. Short: they come as they do.
    if (process.env.TIFFIN_LONG) {
      await stand.stop();
      await stand.restart({ RECONCILE_AFTER_S: 3_600 });
    }
    const lost = Array.from({ length: LOST }, (_, index) => ({
      kind: kinds[index % kinds.length] ?? 'captured',
      bill: stand.newBill(),
    }));
    await inParallel(lost, 16, async ({ kind, bill }) => {
      const { razorpayOrderId } = await stand.checkout(bill.orderId);
      if (kind === 'failed and captured') await stand.pay(razorpayOrderId, { outcome: 'failed' });
      await stand.pay(razorpayOrderId, kind.includes('captured') ? {} : { outcome: kind });
      if (kind === 'captured twice') await stand.pay(razorpayOrderId, { force: true });
    });
    const startedAt = Date.now();
    if (process.env.TIFFIN_LONG) {
      const { due, left } = reconciliationDueReply.parse((await ask('POST', {})).body);
      expect(left + due).toBeGreaterThanOrEqual(LOST);
    }
    const paidOrders = lost.filter(({ kind }) => paidKinds.has(kind)).map(({ bill }) => bill.orderId);
    await eventually(
      'every paid order to be told of',
      async () => (await countPaid(paidOrders)) === paidOrders.length,
      { withinMs: RECOVERED_WITHIN_S * 1_000, everyMs: 100 },
    );
    console.info(`${LOST} lost payments recovered in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
    for (const { kind, bill } of lost) {
      expect(await count(bill.orderId, 'PAYMENT_SUCCESS'), `${kind} ${bill.orderId}`).toBe(paidKinds.has(kind) ? 1 : 0);
    }
    if (process.env.TIFFIN_LONG) {
      await stand.stop();
      await stand.restart();
    }
  }, 600_000);
});

describe('one payment, told of in three ways at the same instant', () => {
  it(`C71: webhook, callback and reconciler tell of each of ${AT_ONCE} payments once`, async () => {
    const payments = Array.from({ length: AT_ONCE }, () => stand.newBill());
    await inParallel(payments, 8, async ({ orderId }) => {
      const { razorpayOrderId } = await stand.checkout(orderId);
      const triple = await stand.pay(razorpayOrderId);
      const answers = await Promise.all([
        stand.webhook(capturedBody(razorpayOrderId, triple.razorpay_payment_id)),
        stand.call(stand.customer, 'POST', '/api/v1/payments/verify', triple),
        ask('POST', { orderId }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    });
    await stand.workedOff();
    for (const { orderId } of payments) {
      expect(await stand.stream(orderId), orderId).toEqual(['PAYMENT_CREATED', 'PAYMENT_SUCCESS']);
      await eventually('the event log', async () => (await stand.typesOf(orderId)).includes('PAYMENT_SUCCESS'));
    }
  }, 600_000);
});

/** The gateway behind a door that notes who is asked about, and takes its time. */
const slowGateway = async (answerAfterMs: number) => {
  const asked: string[] = [];
  const server = createServer((from, back) => {
    const order = /^\/v1\/orders\/(order_[A-Za-z0-9]+)\/payments/.exec(from.url ?? '')?.[1];
    if (order) asked.push(order);
    const forward = () => {
      const options = { method: from.method, headers: from.headers };
      const onward = request(stand.gateway.url + (from.url ?? ''), options, (answer) => {
        back.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(back);
      });
      onward.on('error', () => back.destroy());
      from.pipe(onward);
    };
    if (order) setTimeout(forward, answerAfterMs);
    else forward();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    asked,
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

describe('looking now, because an admin asks', () => {
  beforeAll(async () => {
    await stand.stop();
    // What the tests before have left open would be looked at as well.
    await stand.database.collection('payments').deleteMany({});
    await stand.restart({ RECONCILE_AFTER_S: 3_600 });
  });

  it('BP-05, BP-20: recovers one missed payment at once, and says what came of it', async () => {
    const paid = stand.newBill();
    const unpaid = stand.newBill();
    await stand.pay((await stand.checkout(paid.orderId)).razorpayOrderId);
    await stand.checkout(unpaid.orderId);
    const before = await standing();
    const nothing = { recovered: 0, mismatched: 0, orphaned: 0, unavailable: 0 };
    expect(await ask('POST', { orderId: paid.orderId })).toMatchObject({
      status: 200,
      body: { ...nothing, looked: 1, recovered: 1 },
    });
    expect(await count(paid.orderId, 'PAYMENT_SUCCESS')).toBe(1);
    expect((await ask('POST', { orderId: paid.orderId })).body).toEqual({ ...nothing, looked: 1 });
    expect((await ask('POST', { orderId: unpaid.orderId })).body).toEqual({ ...nothing, looked: 1 });
    await stand.control('faults', { route: 'GET /v1/orders/:id/payments', kind: '500', times: 1 });
    expect((await ask('POST', { orderId: unpaid.orderId })).body).toEqual({ ...nothing, looked: 1, unavailable: 1 });

    expect(await ask('POST', { orderId: 'f'.repeat(24) })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await stand.call(stand.customer, 'POST', '/admin/reconciliation', {})).status).toBe(403);
    expect((await stand.call(stand.customer, 'GET', '/admin/reconciliation')).status).toBe(403);
    const after = await standing();
    expect(after.soFar).toMatchObject({
      looked: before.soFar.looked + 4,
      recovered: before.soFar.recovered + 1,
      unavailable: before.soFar.unavailable + 1,
    });
    expect(after.open).toBe(before.open - 1);
    expect(Date.parse(after.lastLookAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    const { body } = await stand.call(stand.admin, 'GET', '/admin/audit?limit=1');
    expect(body).toMatchObject({ items: [{ action: 'reconciliation.run', target: unpaid.orderId }] });
  });

  it('tells of money that differs from our record, and asks about every open payment when none is named', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    await stand.pay(razorpayOrderId);
    await stand.database
      .collection('payments')
      .updateOne(
        { _id: new mongoose.Types.ObjectId(bill.orderId) },
        { $set: { 'state.amountPaise': 30_699 }, $inc: { revision: 1 } },
      );
    const counts = reconciledReply.parse((await ask('POST', {})).body);
    expect(counts).toMatchObject({ mismatched: 1 });
    expect(counts.looked).toBeGreaterThan(1);
    const kinds = (await stand.cases()).filter(({ orderId }) => orderId === bill.orderId).map(({ kind }) => kind);
    expect(kinds).toEqual(['mismatched_payment']);
    expect(await count(bill.orderId, 'PAYMENT_SUCCESS')).toBe(0);
  });

  it('of more than a hundred makes them due, and is done before a person has asked twice', async () => {
    const bills = Array.from({ length: 101 }, () => stand.newBill());
    await inParallel(bills, 16, async ({ orderId }) => stand.pay((await stand.checkout(orderId)).razorpayOrderId));
    const { status, body } = await ask('POST', {});
    expect(status).toBe(202);
    const { due, left } = reconciliationDueReply.parse(body);
    expect({ atLeast: due >= 101, left }).toEqual({ atLeast: true, left: 0 });
    const orderIds = bills.map(({ orderId }) => orderId);
    await eventually('all to be recovered', async () => (await countPaid(orderIds)) === orderIds.length);
    await eventually('nothing to be due', async () => (await standing()).due === 0);
  });

  it('finds what is open and due by an index', async () => {
    const noted = await profiledQueries(stand.database.db, async () => {
      await standing();
      await ask('POST', {});
    });
    const plans = noted.filter(({ collection }) => collection === 'payments').map(({ plan }) => plan);
    expect(plans.length).toBeGreaterThan(3);
    expect(plans.filter((plan) => plan.includes('COLLSCAN'))).toEqual([]);
  });

  it('is asked for from a shell', async () => {
    const bill = stand.newBill();
    await stand.pay((await stand.checkout(bill.orderId)).razorpayOrderId);
    const [one, status] = await Promise.all([
      shell(stand, 'reconcile', [bill.orderId]),
      shell(stand, 'reconcile', ['--status', '--json']),
    ]);
    const nothing = '0 mismatched, 0 orphaned, 0 could not be asked about.';
    expect(one).toMatchObject({ code: 0, out: `1 looked at: 1 recovered, ${nothing}\n` });
    expect(reconciliationReply.parse(JSON.parse(status.out)).open).toBeGreaterThan(0);
    expect(await count(bill.orderId, 'PAYMENT_SUCCESS')).toBe(1);
  });

  it('measures the lag and what is open and due', async () => {
    const { orderId } = stand.newBill();
    await stand.checkout(orderId);
    await stand.stop();
    await stand.database
      .collection('payments')
      .updateOne(
        { _id: new mongoose.Types.ObjectId(orderId) },
        { $set: { 'state.lookAt': '2026-01-01T00:00:00.000Z', nextActionAt: new Date('2126-01-01') } },
      );
    await stand.restart();
    // Hidden from the scan, as when it cannot keep up.
    await stand.database
      .collection('payments')
      .updateOne(
        { _id: new mongoose.Types.ObjectId(orderId) },
        { $set: { nextActionAt: new Date('2026-01-01'), timerLease: new Date('2126-01-01') } },
      );
    expect(await standing()).toMatchObject({ due: 1, oldestDueAt: '2026-01-01T00:00:00.000Z' });
    expect((await standing()).lagSeconds).toBeGreaterThan(24 * 3_600);
    const other = stand.newBill();
    await stand.checkout(other.orderId);
    await ask('POST', { orderId: other.orderId });
    const text = await (await fetch(`${stand.url}/metrics`)).text();
    expect(text).toMatch(/tiffin_reconciliation_lag_seconds\{[^}]*\} \d{6,}/);
    expect(text).toMatch(/tiffin_payments_waiting\{[^}]*kind="due"[^}]*\} 1\n/);
    expect(text).toMatch(/tiffin_reconciliation_looks_total\{[^}]*outcome="nothing"[^}]*\} 1\n/);
  });

  it('of two processes at once one asks the gateway about each due payment, and once', async () => {
    const gateway = await slowGateway(1_500);
    await stand.stop();
    await stand.restart({ RECONCILE_AFTER_S: 1, RAZORPAY_API_URL: gateway.url });
    const stopSecond = await stand.another({ RECONCILE_AFTER_S: 1, RAZORPAY_API_URL: gateway.url });
    const bills = Array.from({ length: 10 }, () => stand.newBill());
    const ordersOf = await Promise.all(
      bills.map(async ({ orderId }) => (await stand.checkout(orderId)).razorpayOrderId),
    );
    await Promise.all(ordersOf.map((order) => stand.pay(order)));
    const orderIds = bills.map(({ orderId }) => orderId);
    await eventually('all to be recovered', async () => (await countPaid(orderIds)) === orderIds.length);
    await stopSecond();
    const ours = new Set<string>(ordersOf);
    expect(gateway.asked.filter((order) => ours.has(order)).sort()).toEqual([...ours].sort());
    gateway.close();
  });
});
