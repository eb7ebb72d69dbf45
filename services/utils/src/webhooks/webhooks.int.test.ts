import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Bill } from '@tiffin/contracts/order-api';
import { webhookInFullReply, webhooksReply } from '@tiffin/contracts/payment-operations-api';
import { eventually } from '@tiffin/testing/eventually';
import { profiledQueries } from '@tiffin/testing/profiled-queries';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shell } from '../shell.fixture.ts';
import { type Stand, startStand } from '../utils.fixture.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand('webhooks', {
    config: { RAZORPAY_ACCOUNT_ID: 'acc_TiffinTest01' },
    timings: { answerWithinMs: 1_500 },
  });
  await stand.control('webhooks', { deliver: false });
});
afterAll(() => stand?.close());

const DAY_S = 86_400;
const seconds = () => Math.floor(Date.now() / 1000);
const newPaymentId = () => `pay_${randomBytes(7).toString('hex')}`;
const eventId = () => `evt_${randomBytes(7).toString('hex')}`;

const envelopeOf = (event: string, payload: object, changes: object = {}) => ({
  entity: 'event',
  account_id: 'acc_TiffinTest01',
  event,
  contains: Object.keys(payload),
  payload,
  created_at: seconds(),
  ...changes,
});
const paymentOf = (gatewayOrderId: string, changes: object = {}) => ({
  id: newPaymentId(),
  entity: 'payment',
  amount: 30_700,
  currency: 'INR',
  status: 'captured',
  order_id: gatewayOrderId,
  captured: true,
  amount_refunded: 0,
  method: 'upi',
  vpa: 'somebody@upi',
  email: 'somebody@example.com',
  contact: '+919876543210',
  notes: [],
  ...changes,
});
const refundOf = (paymentId: string, amount: number) => ({
  id: `rfnd_${randomBytes(7).toString('hex')}`,
  entity: 'refund',
  payment_id: paymentId,
  amount,
  currency: 'INR',
  status: 'processed',
  notes: [],
});
const captured = (gatewayOrderId: string, changes: object = {}, envelopeChanges: object = {}) =>
  envelopeOf('payment.captured', { payment: { entity: paymentOf(gatewayOrderId, changes) } }, envelopeChanges);

const anOrder = async (changes: Partial<Bill> = {}) => {
  const bill = stand.newBill(changes);
  const { razorpayOrderId } = await stand.checkout(bill.orderId);
  return { bill, orderId: bill.orderId, gatewayOrderId: razorpayOrderId };
};
const successes = async (orderId: string) =>
  (await stand.stream(orderId)).filter((type) => type === 'PAYMENT_SUCCESS').length;
const paid = (orderId: string) => eventually('PAYMENT_SUCCESS', async () => (await successes(orderId)) === 1);
const inboxRow = async (id: string) => (await stand.inbox()).find(({ _id }) => _id === id);
const caseOf = (kind: string, part: string) =>
  eventually(`a case of ${kind}`, async () =>
    (await stand.cases()).find(
      (found) => found.kind === kind && (found.detail.includes(part) || found.id.includes(part)),
    ),
  );

describe('a body that nobody signed', () => {
  const REFUSED = { status: 400, body: { code: 'bad_signature' } };

  it('C45: without a signature is refused', async () => {
    expect(await stand.post(JSON.stringify(captured('order_Nobody00001')), {})).toMatchObject(REFUSED);
  });

  it('C46: is taken with its signature in upper case, refused with one too short, too long or not hexadecimal', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const body = JSON.stringify(captured(gatewayOrderId));
    const right = stand.sign(body);
    for (const signature of [right.slice(1), `${right}0`, 'x'.repeat(64), `${right}, ${right}`])
      expect(await stand.post(body, { 'x-razorpay-signature': signature })).toMatchObject(REFUSED);
    expect(await stand.post(body, { 'x-razorpay-signature': right.toUpperCase() })).toMatchObject({
      status: 200,
      body: {},
    });
    await paid(orderId);
  });

  it('C47, C48: is refused under the key secret or a retired one, taken under the one before', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const body = JSON.stringify(captured(gatewayOrderId));
    for (const secret of [stand.secrets.keySecret, 'retired'.repeat(6)])
      expect(await stand.post(body, { 'x-razorpay-signature': stand.sign(body, secret) })).toMatchObject(REFUSED);
    const before = stand.sign(body, stand.secrets.oldWebhookSecret);
    expect((await stand.post(body, { 'x-razorpay-signature': before })).status).toBe(200);
    await paid(orderId);
  });

  it('C49, C50, BP-02, BP-37: is refused when one byte differs, or when the same JSON is written anew', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const body = JSON.stringify(captured(gatewayOrderId));
    const signature = { 'x-razorpay-signature': stand.sign(body) };
    expect(await stand.post(body.replace('30700', '30701'), signature)).toMatchObject(REFUSED);
    expect(await stand.post(JSON.stringify(JSON.parse(body), null, 1), signature)).toMatchObject(REFUSED);
    expect(await successes(orderId)).toBe(0);
  });

  it('C51: is 415 when compressed or of another type, 413 when too large', async () => {
    const zipped = gzipSync('{}');
    const zippedHeaders = { 'x-razorpay-signature': stand.sign(zipped), 'content-encoding': 'gzip' };
    expect((await stand.post(zipped, zippedHeaders)).status).toBe(415);
    const text = { 'x-razorpay-signature': stand.sign('{}'), 'content-type': 'text/plain' };
    expect((await stand.post('{}', text)).status).toBe(415);
    expect((await stand.webhook('x'.repeat(256 * 1024 + 1))).status).toBe(413);
  });
});

describe('a signed body', () => {
  it('C52: that is not UTF-8, not JSON or not an event is kept apart for a person', async () => {
    for (const bytes of [
      Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
      Buffer.from('not json'),
      Buffer.from('[]'),
      Buffer.from(''),
    ]) {
      const id = eventId();
      expect((await stand.webhook(bytes, { 'x-razorpay-event-id': id })).status).toBe(200);
      expect(await inboxRow(id)).toMatchObject({ status: 'quarantined', event: 'unreadable' });
    }
    await caseOf('quarantined_webhook', 'unreadable');
  });

  it('C53: sent a hundred times at once has one effect', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const body = captured(gatewayOrderId);
    const id = eventId();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => stand.webhook(body, { 'x-razorpay-event-id': id })),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.filter(({ body: said }) => JSON.stringify(said) === '{}').length).toBe(1);
    await paid(orderId);
    await stand.workedOff();
    expect(await stand.stream(orderId)).toEqual(['PAYMENT_CREATED', 'PAYMENT_SUCCESS']);
  });

  it('C54, BP-03: that comes again under another event id is the same', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const body = captured(gatewayOrderId);
    expect((await stand.webhook(body)).body).toEqual({});
    expect((await stand.webhook(body)).body).toEqual({ duplicate: true });
    await paid(orderId);
  });

  it('C55, BP-10: under a known event id with other bytes is kept apart, and pays nothing', async () => {
    const first = await anOrder();
    const second = await anOrder();
    const id = eventId();
    await stand.webhook(captured(first.gatewayOrderId), { 'x-razorpay-event-id': id });
    const other = captured(second.gatewayOrderId);
    expect(await stand.webhook(other, { 'x-razorpay-event-id': id })).toMatchObject({ status: 200, body: {} });
    expect((await stand.webhook(other, { 'x-razorpay-event-id': id })).body).toEqual({ duplicate: true });
    await paid(first.orderId);
    await stand.workedOff();
    expect(await successes(second.orderId)).toBe(0);
    await caseOf('quarantined_webhook', 'another body under a known event id');
  });

  it('C56: without an event id is kept under its hash', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const body = JSON.stringify(captured(gatewayOrderId));
    const headers = { 'x-razorpay-signature': stand.sign(body) };
    expect((await stand.post(body, headers)).body).toEqual({});
    expect((await stand.post(body, headers)).body).toEqual({ duplicate: true });
    await paid(orderId);
    expect((await stand.inbox()).some(({ _id }) => _id.startsWith('sha256:'))).toBe(true);
  });

  it('C57, BP-06, E01: has one effect in whatever order the events of one payment arrive', async () => {
    for (const order of [
      ['order.paid', 'payment.captured', 'payment.authorized'],
      ['payment.failed', 'payment.authorized', 'payment.captured', 'order.paid'],
      ['payment.captured', 'payment.failed', 'payment.authorized', 'order.paid'],
    ]) {
      const { orderId, gatewayOrderId } = await anOrder();
      const id = newPaymentId();
      for (const event of order) {
        const status = event === 'order.paid' ? 'captured' : event.replace('payment.', '');
        const payment = {
          entity: paymentOf(gatewayOrderId, { id, status, late_authorized: order[0] === 'payment.failed' }),
        };
        const payload = event === 'order.paid' ? { payment, order: { entity: { id: gatewayOrderId } } } : { payment };
        expect((await stand.webhook(envelopeOf(event, payload))).status).toBe(200);
        await stand.workedOff();
      }
      expect(await stand.payment(orderId)).toMatchObject({ status: 'captured', gatewayPaymentId: id });
      expect(await successes(orderId)).toBe(1);
    }
  });

  it.each([
    ['one paisa less', { amount: 30_699 }],
    ['one paisa more', { amount: 30_701 }],
    ['dollars', { currency: 'USD' }],
  ])('C58: of %s never pays, and becomes a case', async (_what, changes) => {
    const { orderId, gatewayOrderId } = await anOrder();
    const id = newPaymentId();
    const webhookId = eventId();
    await stand.webhook(captured(gatewayOrderId, { id, ...changes }), { 'x-razorpay-event-id': webhookId });
    expect(await caseOf('mismatched_payment', id)).toMatchObject({ state: 'open', orderId });
    await stand.workedOff();
    expect(await stand.stream(orderId)).toEqual(['PAYMENT_CREATED']);
    expect(await inboxRow(webhookId)).toMatchObject({ status: 'quarantined' });
  });

  it('C58: of another account never pays', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const id = eventId();
    const body = captured(gatewayOrderId, {}, { account_id: 'acc_Somebody0001' });
    expect((await stand.webhook(body, { 'x-razorpay-event-id': id })).status).toBe(200);
    expect(await inboxRow(id)).toMatchObject({ status: 'quarantined', reason: 'it belongs to another account' });
    expect(await successes(orderId)).toBe(0);
  });

  it('C59, E01: of an order nobody here asked for is a case, closed by a person once', async () => {
    const id = newPaymentId();
    await stand.webhook(captured('order_Nobody00002', { id }));
    const opened = await caseOf('orphan_payment', id);
    expect(opened).toMatchObject({
      known: { gatewayPaymentId: id, gatewayOrderId: 'order_Nobody00002', amountPaise: 30_700, status: 'captured' },
      nextStep: expect.stringContaining('refund it there in full'),
    });
    const close = (note: string) => stand.call(stand.admin, 'POST', `/admin/cases/${opened.id}/close`, { note });
    expect(await close('refunded at the dashboard')).toMatchObject({
      status: 200,
      body: { case: { state: 'closed', closed: { by: stand.admin.sub, note: 'refunded at the dashboard' } } },
    });
    await stand.webhook(captured('order_Nobody00002', { id }, { created_at: seconds() - 1 }));
    await stand.workedOff();
    expect((await stand.cases()).filter(({ id: known }) => known === opened.id)).toMatchObject([{ state: 'closed' }]);
    expect((await stand.call(stand.admin, 'POST', '/admin/cases/none/close', { note: 'x' })).status).toBe(404);
    expect((await stand.call(stand.customer, 'GET', '/admin/cases')).status).toBe(403);
  });

  it('C59, E01: of an expired order tells the order, which decides', async () => {
    const { bill, orderId, gatewayOrderId } = await anOrder();
    stand.bills.all.set(orderId, { ...bill, status: 'expired' });
    await stand.webhook(captured(gatewayOrderId));
    await paid(orderId);
  });

  it('C60: is believed in what it says of its own order, whatever its notes say', async () => {
    const other = await anOrder();
    for (const notes of [[], null, { orderId: other.orderId, order_id: other.gatewayOrderId }, 'text']) {
      const { orderId, gatewayOrderId } = await anOrder();
      await stand.webhook(captured(gatewayOrderId, { notes }));
      await paid(orderId);
    }
    expect(await successes(other.orderId)).toBe(0);
  });

  it('C61: of a second captured payment sends the second back in full, and tells of no second success', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const first = await stand.pay(gatewayOrderId);
    const second = await stand.pay(gatewayOrderId, { force: true });
    await stand.webhook(captured(gatewayOrderId, { id: first.razorpay_payment_id }));
    await paid(orderId);
    await stand.webhook(captured(gatewayOrderId, { id: second.razorpay_payment_id }));
    await eventually('the second payment to go back', async () => {
      const { refunds } = await stand.payment(orderId);
      return refunds[0]?.status === 'pending';
    });
    expect(await stand.payment(orderId)).toMatchObject({
      status: 'captured',
      gatewayPaymentId: first.razorpay_payment_id,
      refunds: [{ id: `rf_${second.razorpay_payment_id}_0`, amountPaise: 30_700 }],
    });
    expect(await stand.stream(orderId)).toEqual([
      'PAYMENT_CREATED',
      'PAYMENT_SUCCESS',
      'PAYMENT_SURPLUS',
      'REFUND_REQUESTED',
    ]);
  });

  it.each([
    ['three days old', -3 * DAY_S],
    ['from the future', 3_600],
  ])('C62: that is %s is not believed: the gateway is asked', async (_what, shiftS) => {
    const lying = await anOrder();
    await stand.webhook(captured(lying.gatewayOrderId, {}, { created_at: seconds() + shiftS }));
    const honest = await anOrder();
    const { razorpay_payment_id: id } = await stand.pay(honest.gatewayOrderId);
    const stale = paymentOf(honest.gatewayOrderId, { id, status: 'failed', captured: false });
    await stand.webhook(
      envelopeOf('payment.failed', { payment: { entity: stale } }, { created_at: seconds() + shiftS }),
    );
    await paid(honest.orderId);
    await stand.workedOff();
    expect(await stand.stream(lying.orderId)).toEqual(['PAYMENT_CREATED']);
    expect(await stand.stream(honest.orderId)).toEqual(['PAYMENT_CREATED', 'PAYMENT_SUCCESS']);
  });

  it('C63: of an unknown event, or with keys of a prototype, is kept and has no effect', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const id = eventId();
    const entity = JSON.stringify(paymentOf(gatewayOrderId));
    const body = `{"entity":"event","account_id":"acc_TiffinTest01","event":"__proto__","payload":{"__proto__":{"entity":${entity}}},"created_at":${seconds()}}`;
    expect((await stand.webhook(body, { 'x-razorpay-event-id': id })).status).toBe(200);
    expect(await inboxRow(id)).toMatchObject({ status: 'ignored' });
    await stand.webhook(envelopeOf('payment.dispute.created', { payment: { entity: paymentOf(gatewayOrderId) } }));
    expect(await stand.stream(orderId)).toEqual(['PAYMENT_CREATED']);
  });

  it('C67: of a refund that nobody here asked for, before the capture it belongs to, counts both once', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const payment = { entity: paymentOf(gatewayOrderId, { amount_refunded: 10_000 }) };
    const refund = { entity: refundOf(payment.entity.id, 10_000) };
    for (const event of ['refund.processed', 'refund.created', 'refund.processed']) {
      expect((await stand.webhook(envelopeOf(event, { refund, payment }, { created_at: seconds() }))).status).toBe(200);
      await stand.workedOff();
    }
    await stand.webhook(
      envelopeOf('payment.captured', { payment: { entity: { ...payment.entity, amount_refunded: 0 } } }),
    );
    await stand.workedOff();
    expect(await stand.payment(orderId)).toMatchObject({
      status: 'partially_refunded',
      refunds: [{ amountPaise: 10_000, status: 'processed' }],
    });
    const told = ['PAYMENT_CREATED', 'PAYMENT_SUCCESS', 'REFUND_REQUESTED', 'REFUND_PROCESSED'];
    expect(await stand.stream(orderId)).toEqual(told);
  });

  it('BP-01: pays the order though its customer never comes back from the checkout page', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const { razorpay_payment_id: id } = await stand.pay(gatewayOrderId);
    expect(await successes(orderId)).toBe(0);
    await stand.webhook(captured(gatewayOrderId, { id }));
    await paid(orderId);
  });

  it('C65: is taken while the broker is away, and the order hears of it when it is back', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    stand.network.blackHole('both');
    stand.network.cut();
    expect((await stand.webhook(captured(gatewayOrderId))).status).toBe(200);
    await paid(orderId);
    stand.network.blackHole('none');
    stand.network.cut();
    await eventually('the event to be heard', async () => (await stand.typesOf(orderId)).includes('PAYMENT_SUCCESS'), {
      withinMs: 30_000,
    });
  });

  it('C66: is acknowledged at once however slow the gateway is', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const { razorpay_payment_id: id } = await stand.pay(gatewayOrderId);
    await stand.control('faults', { route: 'GET /v1/orders/:id/payments', kind: 'stall', times: 1, stallMs: 3_000 });
    const startedAt = Date.now();
    const body = captured(gatewayOrderId, { id }, { created_at: seconds() - 3 * DAY_S });
    expect((await stand.webhook(body)).status).toBe(200);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    await paid(orderId);
  });

  it('C71: and the callback at the same moment have one effect', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const triple = await stand.pay(gatewayOrderId);
    const body = captured(gatewayOrderId, { id: triple.razorpay_payment_id });
    const answers = await Promise.all([
      stand.webhook(body),
      ...Array.from({ length: 5 }, () => stand.call(stand.customer, 'POST', '/api/v1/payments/verify', triple)),
      stand.webhook({ ...body, event: 'order.paid' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(200));
    await stand.workedOff();
    expect(await stand.stream(orderId)).toEqual(['PAYMENT_CREATED', 'PAYMENT_SUCCESS']);
  });

  it('is kept without what is about a person', async () => {
    const text = JSON.stringify(await stand.inbox());
    // As names of fields: three letters alone can stand in any random id.
    for (const personal of ['somebody', '9876543210', '"vpa"', '"email"', '"contact"'])
      expect(text).not.toContain(personal);
  });
});

describe('the inbox, for an admin', () => {
  const ask = (method: string, route: string, body?: unknown) => stand.call(stand.admin, method, route, body);
  const list = async (query: string) => webhooksReply.parse((await ask('GET', `/admin/webhooks?${query}`)).body);
  const show = async (id: string) =>
    webhookInFullReply.parse((await ask('GET', `/admin/webhooks/${encodeURIComponent(id)}`)).body).webhook;
  const replay = (id: string, reason = 'looked into it') =>
    ask('POST', `/admin/webhooks/${encodeURIComponent(id)}/replay`, { reason });
  const statusOf = (id: string, status: string) =>
    eventually(`${id} to be ${status}`, async () => (await show(id)).status === status);
  /** As one whose work failed to the last attempt. */
  const bury = (id: string) =>
    stand.database
      .collection<{ _id: string }>('webhook-inbox')
      .updateOne({ _id: id }, { $set: { status: 'dead', attempts: 15, reason: 'the gateway cannot be asked' } });

  it('lists newest first, page by page, by status, event and order, and shows one in full', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const ids = [eventId(), eventId(), eventId()];
    const bodies = [
      envelopeOf('payment.authorized', { payment: { entity: paymentOf(gatewayOrderId, { status: 'authorized' }) } }),
      envelopeOf('payment.failed', { payment: { entity: paymentOf(gatewayOrderId, { status: 'failed' }) } }),
      captured(gatewayOrderId),
    ];
    for (const [index, id] of ids.entries()) await stand.webhook(bodies[index] ?? {}, { 'x-razorpay-event-id': id });
    await stand.workedOff();

    const first = await list(`orderId=${orderId}&limit=2`);
    expect(first.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const second = await list(`orderId=${orderId}&limit=2&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ items: [{ id: ids[0], event: 'payment.authorized' }], nextCursor: null });
    expect((await list(`orderId=${orderId}&event=payment.failed`)).items.map(({ id }) => id)).toEqual([ids[1]]);
    expect((await list(`orderId=${orderId}&status=dead`)).items).toEqual([]);
    expect((await list(`orderId=${'f'.repeat(24)}`)).items).toEqual([]);

    const shown = await show(ids[2] ?? '');
    expect(shown).toMatchObject({
      event: 'payment.captured',
      status: 'processed',
      reason: null,
      attempts: 1,
      bodySha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      gatewayOrderId,
      dueAt: null,
      body: { event: 'payment.captured', payload: { payment: { entity: { amount: 30_700 } } } },
    });
    expect(JSON.stringify(shown)).not.toMatch(/somebody|9876543210/);
    expect((await ask('GET', '/admin/webhooks?status=lost')).status).toBe(400);
    expect((await ask('GET', '/admin/webhooks?cursor=made-up')).status).toBe(400);
    expect((await ask('GET', '/admin/webhooks/evt_none')).status).toBe(404);
    for (const [method, route] of [
      ['GET', '/admin/webhooks'],
      ['GET', `/admin/webhooks/${ids[0]}`],
      ['POST', `/admin/webhooks/${ids[0]}/replay`],
    ] as const)
      expect(
        (await stand.call(stand.customer, method, route, method === 'POST' ? { reason: 'x' } : undefined)).status,
      ).toBe(403);
  });

  it('is found by an index, whatever is asked of it', async () => {
    const { orderId } = await anOrder();
    const noted = await profiledQueries(stand.database.db, async () => {
      for (const query of [
        '',
        'status=dead',
        'event=order.paid',
        `orderId=${orderId}`,
        `status=processed&orderId=${orderId}`,
      ])
        await list(query);
    });
    const plans = noted.filter(({ collection }) => collection === 'webhook-inbox').map(({ plan }) => plan);
    expect(plans.length).toBeGreaterThanOrEqual(5);
    expect(plans.filter((plan) => plan.includes('COLLSCAN'))).toEqual([]);
  });

  it('replays a dead one at once, its attempts counted anew, and the audit says who and why', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const { razorpay_payment_id: paymentId } = await stand.pay(gatewayOrderId);
    const id = eventId();
    // Old enough that the gateway is asked, which cannot be asked.
    await stand.control('faults', { route: 'GET /v1/orders/:id/payments', kind: '500', times: 1 });
    const body = captured(gatewayOrderId, { id: paymentId }, { created_at: seconds() - 3 * DAY_S });
    await stand.webhook(body, { 'x-razorpay-event-id': id });
    await statusOf(id, 'retry');
    await bury(id);
    expect(await list('status=dead')).toMatchObject({ items: [{ id, reason: 'the gateway cannot be asked' }] });

    expect(await replay(id, 'the gateway is back')).toMatchObject({
      status: 202,
      body: { webhook: { id, status: 'received', attempts: 1, reason: null } },
    });
    await paid(orderId);
    await statusOf(id, 'processed');
    expect((await ask('GET', '/admin/audit?limit=1')).body).toMatchObject({
      items: [
        {
          who: stand.admin.sub,
          action: 'webhooks.replay',
          target: id,
          detail: { reason: 'the gateway is back', was: 'dead', outcome: { kind: 'replayed' } },
        },
      ],
    });
    expect((await replay('evt_none')).status).toBe(404);
    expect((await ask('POST', `/admin/webhooks/${id}/replay`, {})).status).toBe(400);
  });

  it('BP-03, BP-10: replays a stored body as often as one likes without a second effect', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const { razorpay_payment_id: paymentId } = await stand.pay(gatewayOrderId);
    const id = eventId();
    await stand.webhook(captured(gatewayOrderId, { id: paymentId }), { 'x-razorpay-event-id': id });
    await paid(orderId);
    for (let time = 0; time < 3; time += 1) {
      await statusOf(id, 'processed');
      expect((await replay(id)).status).toBe(202);
    }
    await statusOf(id, 'processed');
    expect(await stand.stream(orderId)).toEqual(['PAYMENT_CREATED', 'PAYMENT_SUCCESS']);
  });

  it('replays one that differed from our record by asking the gateway, which knows better', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const { razorpay_payment_id: paymentId } = await stand.pay(gatewayOrderId);
    const id = eventId();
    await stand.webhook(captured(gatewayOrderId, { id: paymentId, amount: 1 }), { 'x-razorpay-event-id': id });
    await statusOf(id, 'quarantined');
    expect(await successes(orderId)).toBe(0);
    expect((await replay(id)).status).toBe(202);
    await paid(orderId);
    await statusOf(id, 'processed');
  });

  it('replays nothing that belongs to another account, cannot be read, or is being worked on', async () => {
    const { gatewayOrderId } = await anOrder();
    const foreign = eventId();
    const unreadable = eventId();
    const busy = eventId();
    const theirs = captured(gatewayOrderId, {}, { account_id: 'acc_Somebody0001' });
    await stand.webhook(theirs, { 'x-razorpay-event-id': foreign });
    await stand.webhook('not json either', { 'x-razorpay-event-id': unreadable });
    await stand.webhook(captured('order_Nobody00009'), { 'x-razorpay-event-id': busy });
    await stand.workedOff();
    await stand.database
      .collection<{ _id: string }>('webhook-inbox')
      .updateOne({ _id: busy }, { $set: { status: 'received' } });
    for (const id of [foreign, unreadable, busy])
      expect(await replay(id), id).toMatchObject({ status: 409, body: { code: 'webhook_conflict' } });
    expect(await show(foreign)).toMatchObject({ status: 'quarantined' });
  });

  it('takes up again what a killed process had acknowledged and not finished', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const id = eventId();
    await stand.webhook(envelopeOf('payment.pending', {}), { 'x-razorpay-event-id': id });
    const body = captured(gatewayOrderId);
    await stand.database
      .collection<{ _id: string }>('webhook-inbox')
      .updateOne({ _id: id }, { $set: { status: 'received', body, dueAt: new Date(Date.now() - 1) } });
    await paid(orderId);
    await statusOf(id, 'processed');
    expect(await show(id)).toMatchObject({ attempts: 2 });
  });

  it('is read and replayed from a shell', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const { razorpay_payment_id: paymentId } = await stand.pay(gatewayOrderId);
    const id = eventId();
    await stand.webhook(captured(gatewayOrderId, { id: paymentId, amount: 1 }), { 'x-razorpay-event-id': id });
    await statusOf(id, 'quarantined');
    const [listed, shown, nobody, unknown] = await Promise.all([
      shell(stand, 'webhooks', ['list', '--status', 'quarantined', '--order', orderId]),
      shell(stand, 'webhooks', ['show', id, '--json']),
      shell(stand, 'webhooks', ['show', 'evt_none']),
      shell(stand, 'webhooks', ['lost']),
    ]);
    expect(listed).toMatchObject({ code: 0, out: expect.stringMatching(/quarantined +1 +payment\.captured +evt_/) });
    expect(listed.out).toContain('it differs from our record');
    expect(webhookInFullReply.parse(JSON.parse(shown.out)).webhook).toMatchObject({ id, gatewayOrderId });
    expect(nobody).toMatchObject({ code: 1, err: 'There is no such webhook here.\n' });
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('npm run webhooks -- --help') });
    const replayed = await shell(stand, 'webhooks', ['replay', id, '--reason', 'the gateway knows better']);
    expect(replayed).toMatchObject({ code: 0, out: `${id} is being worked on again.\n` });
    await paid(orderId);
  });

  it('counts what became of each at the door', async () => {
    const text = await (await fetch(`${stand.url}/metrics`)).text();
    for (const result of ['stored', 'duplicate', 'bad_signature'])
      expect(text).toMatch(new RegExp(`tiffin_webhooks_total\\{[^}]*result="${result}"[^}]*\\} [1-9]`));
  });
});

describe('while the database is away', () => {
  it('C64: nothing is acknowledged, and the gateway’s next try pays', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    const body = captured(gatewayOrderId);
    const comeBack = await stand.withoutStore();
    const startedAt = Date.now();
    expect((await stand.webhook(body)).status).toBe(503);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    await comeBack();
    await eventually('the webhook to be taken', async () => (await stand.webhook(body)).status === 200, {
      withinMs: 30_000,
    });
    await paid(orderId);
  });
});

describe('the gateway, whose webhooks our endpoint does not take', () => {
  /** In the place of our service: answers what it is told to, and to nothing at all with silence. */
  const standIn = async (answers: (number | 'silence')[]) => {
    const server = createServer((_request, response) => {
      const answer = answers.shift() ?? 500;
      if (answer !== 'silence') response.writeHead(answer).end();
    });
    await new Promise<void>((resolve) => server.listen(stand.config.PORT, '127.0.0.1', resolve));
    return async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
  };

  it('BP-04, BP-11: sends them again after a 500 and after no answer at all, and the order is paid once', async () => {
    const { orderId, gatewayOrderId } = await anOrder();
    await stand.stop();
    // Three events: each is refused, then left without an answer.
    const answers: (number | 'silence')[] = [500, 500, 500, 'silence', 'silence', 'silence'];
    const close = await standIn(answers);
    await stand.control('webhooks', { deliver: true });
    await stand.pay(gatewayOrderId);
    await eventually('every try to be made', () => answers.length === 0);
    await close();
    // Our service takes the webhooks of every account that has the secret: the gateway’s own is another here.
    await stand.restart({ RAZORPAY_ACCOUNT_ID: undefined });
    await paid(orderId);
    await stand.workedOff();
    expect(await stand.stream(orderId)).toEqual(['PAYMENT_CREATED', 'PAYMENT_SUCCESS']);
  });
});
