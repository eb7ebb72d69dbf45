import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type ContractTarget, contractTargets } from './contract-target.fixture.ts';
import type { Order, Payment, Refund } from './entities.ts';
import {
  BASIC,
  type Collection,
  type ErrorBody,
  eventually,
  KEY_SECRET,
  startGateway,
  startPaidGateway,
} from './gateway.fixture.ts';

// The same cases run on the fake and, with RAZORPAY_LIVE_TEST_KEY_ID and RAZORPAY_LIVE_TEST_KEY_SECRET, on Razorpay's
// test mode. What needs a customer or a fault has no case there: its API cannot pay, and nobody can break it.
for (const target of contractTargets(process.env)) {
  describe(`orders of ${target.name}`, () => ordersOf(target));
  describe(`Error Index of ${target.name}, ORD-08 to ORD-15`, () => errorIndexOf(target));
  describe(`the door of ${target.name}`, () => doorOf(target));
}

function ordersOf({ open }: ContractTarget): void {
  test('ORD-01 a new order owes its whole amount', async () => {
    const { call, newReceipt } = await open();
    const receipt = newReceipt();
    const { status, body } = await call<Order>('POST', '/v1/orders', { amount: 100, currency: 'INR', receipt });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^order_[A-Za-z0-9]{14}$/),
      entity: 'order',
      amount: 100,
      amount_paid: 0,
      amount_due: 100,
      currency: 'INR',
      receipt,
      offer_id: null,
      status: 'created',
      attempts: 0,
      notes: [],
      created_at: expect.any(Number),
    });
    expect(Math.abs(Date.now() / 1000 - body.created_at)).toBeLessThan(60);
  });

  test('ORD-05 a retried create with unique_receipt returns the same order', async () => {
    const { order, get, newReceipt } = await open();
    const receipt = newReceipt();
    const first = await order({ receipt, unique_receipt: true });
    const again = await order({ receipt, unique_receipt: true });
    expect(again).toEqual(first);
    expect((await get<Collection<Order>>(`/v1/orders?receipt=${encodeURIComponent(receipt)}`)).items).toHaveLength(1);
  });

  test('ORD-06 an order is fetched as it was made, and nobody has paid it', async () => {
    const { order, get, newReceipt } = await open();
    const made = await order({ receipt: newReceipt(), notes: { table: '4' } });
    expect(await get<Order>(`/v1/orders/${made.id}`)).toEqual(made);
    expect(await get<Collection<Payment>>(`/v1/orders/${made.id}/payments`)).toMatchObject({
      entity: 'collection',
      count: 0,
      items: [],
    });
  });

  test('the notes of an order can be changed, nothing else can', async () => {
    const { order, call } = await open();
    const { id } = await order({ notes: { table: 4, vip: 'yes' } });
    const changed = await call<Order>('PATCH', `/v1/orders/${id}`, { notes: { table: '5' } });
    expect(changed.body).toMatchObject({ notes: { table: '5' }, amount: 50_000 });
    expect((await call<Order>('GET', `/v1/orders/${id}`)).body).toMatchObject({ notes: { table: '5' } });
    const refusal = await call<ErrorBody>('PATCH', `/v1/orders/${id}`, { notes: {}, amount: 1 });
    expect(refusal.body.error.reason).toBe('extra_field_sent');
  });

  test('orders are listed newest first, by page, by time and by receipt', async () => {
    const { order, get, call, newReceipt } = await open();
    const receipt = newReceipt();
    const first = await order();
    const second = await order({ receipt });
    const third = await order();
    const ours = new Set([first.id, second.id, third.id]);
    const listed = async (query: string) =>
      (await get<Collection<Order>>(`/v1/orders?${query}`)).items.map(({ id }) => id).filter((id) => ours.has(id));
    // Somebody else may use the account of a real target at the same moment: only our own orders are looked at.
    const since = `from=${first.created_at}`;
    const all = await listed(`${since}&count=100`);
    expect(all.toSorted()).toEqual([...ours].toSorted());
    expect(all.indexOf(third.id)).toBeLessThan(all.indexOf(first.id));
    expect((await get<Collection<Order>>(`/v1/orders?${since}&count=2&skip=1`)).items).toHaveLength(2);
    expect(await listed(`to=${first.created_at - 3600}&count=100`)).toEqual([]);
    expect(await listed(`receipt=${encodeURIComponent(receipt)}`)).toEqual([second.id]);
    expect((await call('GET', '/v1/orders?count=101')).status).toBe(400);
  });

  test('the longest receipt and the most notes are taken', async () => {
    const { order, newReceipt } = await open();
    const receipt = newReceipt().padEnd(40, 'r');
    const notes = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`k${index}`, 'v'.repeat(256)]));
    expect(await order({ receipt, notes })).toMatchObject({ receipt, notes });
  });
}

function errorIndexOf({ open, isFake }: ContractTarget): void {
  const NOTES_16 = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`k${index}`, 'v']));
  const INVALID = { source: 'business', step: 'payment_initiation', reason: 'input_validation_failed' };
  /** What the documentation prints, and what only the fake is held to. */
  type Case = [
    name: string,
    fields: object,
    documented: Partial<ErrorBody['error']>,
    ours?: Partial<ErrorBody['error']>,
  ];
  const cases: Case[] = [
    [
      '99 paise are below the minimum',
      { amount: 99 },
      { source: 'business', step: 'order_creation', reason: 'amount_less_than_minimum_amount' },
    ],
    [
      'an unknown parameter is refused by name',
      { no_such_parameter: 1 },
      { ...INVALID, reason: 'extra_field_sent' },
      { description: 'no_such_parameter is/are not required and should not be sent' },
    ],
    [
      'a fraction of a paisa is refused',
      { amount: 100.5 },
      INVALID,
      { description: 'The amount must be an integer.', field: 'amount' },
    ],
    ['a negative amount is refused', { amount: -100 }, INVALID],
    ['a missing amount is refused', { amount: undefined }, INVALID, { description: 'amount: is required.' }],
    [
      'a currency that is a number is refused',
      { currency: 1 },
      INVALID,
      { description: 'expected string but provided 1' },
    ],
    ['a receipt of 41 characters is refused', { receipt: 'r'.repeat(41) }, {}, { ...INVALID, field: 'receipt' }],
    ['16 notes are refused', { notes: NOTES_16 }, {}, { ...INVALID, field: 'notes' }],
    ['a note of 257 characters is refused', { notes: { k: 'v'.repeat(257) } }, {}, { ...INVALID, field: 'notes' }],
    [
      'an automatic expiry below 12 minutes is refused',
      { payment: { capture: 'automatic', capture_options: { automatic_expiry_period: 11 } } },
      {},
      { ...INVALID, field: 'automatic_expiry_period' },
    ],
  ];
  test.each(cases)('%s', async (_name, fields, documented, ours = {}) => {
    const { call, get, newReceipt } = await open();
    const receipt = newReceipt();
    const reply = await call<ErrorBody>('POST', '/v1/orders', { amount: 100, currency: 'INR', receipt, ...fields });
    expect(reply.status).toBe(400);
    expect(reply.body.error).toMatchObject({ code: 'BAD_REQUEST_ERROR', ...documented, ...(isFake ? ours : {}) });
    expect((await get<Collection<Order>>(`/v1/orders?receipt=${encodeURIComponent(receipt)}`)).items).toEqual([]);
  });

  test('a receipt that another order has is refused', async () => {
    const { order, call, newReceipt } = await open();
    const receipt = newReceipt();
    await order({ receipt });
    const reply = await call<ErrorBody>('POST', '/v1/orders', { amount: 100, currency: 'INR', receipt });
    expect(reply.status).toBe(400);
    expect(reply.body.error).toMatchObject({ ...INVALID, description: 'Order receipt should be unique.' });
  });
}

function doorOf({ open, isFake }: ContractTarget): void {
  test.each([
    ['no credentials', undefined],
    ['a wrong secret', `Basic ${Buffer.from('rzp_test_key:wrong').toString('base64')}`],
  ])('%s are answered with 401', async (_name, authorization) => {
    const { call } = await open();
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const reply = await call<ErrorBody>('POST', '/v1/orders', { amount: 100, currency: 'INR' }, headers);
    expect(reply.status).toBe(401);
    expect(reply.body.error).toMatchObject({ code: 'BAD_REQUEST_ERROR' });
    if (isFake) expect(reply.headers.get('www-authenticate')).toContain('Basic');
  });

  test.each([
    ['GET', '/v1/orders/order_00000000000000'],
    ['GET', '/v1/orders/order_00000000000000/payments'],
    ['GET', '/v1/payments/pay_00000000000000'],
    ['GET', '/v1/payments/pay_00000000000000/refunds'],
    ['GET', '/v1/refunds/rfnd_00000000000000'],
    ['POST', '/v1/payments/pay_00000000000000/capture'],
    ['POST', '/v1/payments/pay_00000000000000/refund'],
  ])('%s %s of nobody is 400, as Razorpay says it', async (method, path) => {
    const { call } = await open();
    const body = method === 'POST' ? { amount: 100 } : undefined;
    const reply = await call<ErrorBody>(method, path, body);
    expect(reply.status).toBe(400);
    expect(reply.body.error).toMatchObject({ code: 'BAD_REQUEST_ERROR', reason: 'input_validation_failed' });
    if (isFake) expect(reply.body.error.description).toBe('The id provided does not exist');
  });
}

describe('the door of the fake alone', () => {
  test('another spelling of the scheme is 401', async () => {
    const { call } = await startGateway();
    const headers = { authorization: BASIC.replace('Basic', 'basic') };
    expect((await call('GET', '/v1/orders', undefined, headers)).status).toBe(401);
  });

  test('URLs it does not have are 400, as the real one says it', async () => {
    const { call } = await startGateway();
    const reply = await call<ErrorBody>('DELETE', '/v1/orders/order_x');
    expect(reply.status).toBe(400);
    expect(reply.body.error.description).toContain('was not found on the server');
  });
});

describe('what happens to an order, on the fake alone', () => {
  test('ORD-02 a failed payment leaves the order attempted and open', async () => {
    const { order, pay, get } = await startGateway();
    const { id } = await order();
    const attempt = await pay(id, { outcome: 'failed' });
    expect(await get<Order>(`/v1/orders/${id}`)).toMatchObject({
      status: 'attempted',
      attempts: 1,
      amount_due: 50_000,
    });
    expect(await get<Payment>(`/v1/payments/${attempt.body.razorpay_payment_id}`)).toMatchObject({
      status: 'failed',
      captured: false,
      error_code: 'BAD_REQUEST_ERROR',
      error_source: 'bank',
      order_id: id,
    });
  });

  test('ORD-03, ORD-07 a captured payment makes the order paid, and no further payment is taken', async () => {
    const { order, pay, get } = await startGateway();
    const { id } = await order();
    await pay(id, { outcome: 'failed' });
    await pay(id);
    expect(await get<Order>(`/v1/orders/${id}`)).toMatchObject({
      status: 'paid',
      attempts: 2,
      amount_paid: 50_000,
      amount_due: 0,
    });
    const third = await pay(id);
    expect(third.status).toBe(400);
    expect(third.body).toMatchObject({ error: { description: expect.stringContaining('already paid') } });
    expect((await get<Collection<Payment>>(`/v1/orders/${id}/payments`)).items.map(({ status }) => status)).toEqual([
      'captured',
      'failed',
    ]);
  });

  test('BP-07 a create whose answer was lost is retried into the same order', async () => {
    const { order, control, state } = await startGateway();
    await control('faults', { route: 'POST /v1/orders', kind: 'hang-up-after', times: 1 });
    await expect(order({ receipt: 'app-order-1', unique_receipt: true })).rejects.toThrow();
    const retried = await order({ receipt: 'app-order-1', unique_receipt: true });
    expect((await state()).orders.map(({ id }) => id)).toEqual([retried.id]);
  });

  test('ORD-16 an account without partial payments refuses the field', async () => {
    const { call } = await startGateway();
    const body = { amount: 100, currency: 'INR', partial_payment: true };
    const reply = await call<ErrorBody>('POST', '/v1/orders', body);
    expect(reply.status).toBe(400);
    expect(reply.body.error.reason).toBe('extra_field_sent');
  });
});

describe('payments, on the fake alone', () => {
  test('ORD-04 the checkout page hands over a triple signed with the key secret', async () => {
    const { order, pay } = await startGateway();
    const { id } = await order();
    const { body } = await pay(id);
    const expected = createHmac('sha256', KEY_SECRET).update(`${id}|${body.razorpay_payment_id}`).digest('hex');
    expect(body).toEqual({
      razorpay_payment_id: expect.stringMatching(/^pay_[A-Za-z0-9]{14}$/),
      razorpay_order_id: id,
      razorpay_signature: expected,
    });
  });

  test('a payment on an order with manual capture waits for its capture, in exactly its amount, once', async () => {
    const { order, pay, call, get } = await startGateway();
    const { id } = await order({ payment: { capture: 'manual' } });
    const paymentId = (await pay(id)).body.razorpay_payment_id;
    const capture = (amount: number) =>
      call<Payment & ErrorBody>('POST', `/v1/payments/${paymentId}/capture`, { amount, currency: 'INR' });

    expect(await get<Payment>(`/v1/payments/${paymentId}`)).toMatchObject({ status: 'authorized', fee: null });
    expect((await pay(id)).status).toBe(400);
    const wrong = await capture(49_999);
    expect(wrong.status).toBe(400);
    expect(wrong.body.error.description).toContain('equal to the amount authorized');
    expect((await capture(50_000)).body).toMatchObject({ status: 'captured', captured: true, fee: 1180, tax: 180 });
    expect(await get<Order>(`/v1/orders/${id}`)).toMatchObject({ status: 'paid', amount_paid: 50_000 });
    const second = await capture(50_000);
    expect(second.status).toBe(400);
    expect(second.body.error.description).toContain('order is already paid');
  });

  test('only an authorized payment can be captured', async () => {
    const { order, pay, call } = await startGateway();
    const { id } = await order();
    const failed = await pay(id, { outcome: 'failed' });
    const reply = await call('POST', `/v1/payments/${failed.body.razorpay_payment_id}/capture`, { amount: 50_000 });
    expect(reply.status).toBe(400);
  });

  test('BP-06 a late payment is failed, then authorized and captured, and pays its order once', async () => {
    const { order, pay, get, receiver } = await startGateway({ timings: { lateAuthorisationMs: 30 } });
    const { id } = await order();
    const { body } = await pay(id, { outcome: 'late' });
    const paymentId = body.razorpay_payment_id;
    await eventually(async () =>
      expect(await get<Payment>(`/v1/payments/${paymentId}`)).toMatchObject({
        status: 'captured',
        late_authorized: true,
        error_code: null,
      }),
    );
    expect(await get<Order>(`/v1/orders/${id}`)).toMatchObject({ status: 'paid', attempts: 1 });
    await eventually(() =>
      expect(receiver.names().toSorted()).toEqual([
        'order.paid',
        'payment.authorized',
        'payment.captured',
        'payment.failed',
      ]),
    );
    expect(receiver.names()[0]).toBe('payment.failed');
  });

  test('a late payment of an order that was paid meanwhile stays authorized', async () => {
    const { order, pay, get } = await startGateway({ timings: { lateAuthorisationMs: 40 } });
    const { id } = await order();
    const late = await pay(id, { outcome: 'late' });
    await pay(id);
    await eventually(async () =>
      expect(await get<Payment>(`/v1/payments/${late.body.razorpay_payment_id}`)).toMatchObject({
        status: 'authorized',
        late_authorized: true,
        captured: false,
      }),
    );
  });

  test('force captures a second payment of a paid order, which stays paid once', async () => {
    const { order, pay, get, state } = await startGateway();
    const { id } = await order();
    await pay(id);
    expect((await pay(id, { force: true })).status).toBe(200);
    const { items } = await get<Collection<Payment>>(`/v1/orders/${id}/payments`);
    expect(items.map(({ status }) => status)).toEqual(['captured', 'captured']);
    expect(await get<Order>(`/v1/orders/${id}`)).toMatchObject({ status: 'paid', amount_paid: 50_000, attempts: 2 });
    expect((await state()).webhooks.events.filter(({ event }) => event === 'order.paid')).toHaveLength(1);
  });

  test('money that nobody captures goes back by itself, and the payment says it was never captured', async () => {
    const { order, pay, get, receiver } = await startGateway({ timings: { expiryMinuteMs: 2, refundSettlesMs: 20 } });
    const { id } = await order({
      payment: { capture: 'manual', capture_options: { automatic_expiry_period: 12, manual_expiry_period: 12 } },
    });
    const paymentId = (await pay(id)).body.razorpay_payment_id;
    const processed = await eventually(() => {
      const found = receiver.received.find(({ event }) => event === 'refund.processed');
      if (found === undefined) throw new Error('not yet refunded');
      return JSON.parse(found.raw.toString('utf8'));
    });
    expect(processed.payload.payment.entity).toMatchObject({ captured: false, status: 'refunded' });
    expect(processed.payload.refund.entity).toMatchObject({ amount: 50_000, payment_id: paymentId });
    expect(await get<Payment>(`/v1/payments/${paymentId}`)).toMatchObject({ captured: false, refund_status: 'full' });
  });
});

describe('refunds, on the fake alone', () => {
  test('RFND-01 a refund is pending, then processed, and the order stays paid', async () => {
    const { refund, get, paymentId, order } = await startPaidGateway({ timings: { refundSettlesMs: 30 } });
    const made = await refund(paymentId, { amount: 20_000, notes: { reason: 'cold' }, receipt: 'rf 1' });
    expect(made.status).toBe(200);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^rfnd_[A-Za-z0-9]{14}$/),
      entity: 'refund',
      amount: 20_000,
      currency: 'INR',
      payment_id: paymentId,
      notes: { reason: 'cold' },
      receipt: 'rf 1',
      acquirer_data: { arn: null },
      created_at: expect.any(Number),
      batch_id: null,
      status: 'pending',
      speed_processed: 'normal',
      speed_requested: 'normal',
    });
    await eventually(async () =>
      expect(await get<Refund>(`/v1/refunds/${made.body.id}`)).toMatchObject({ status: 'processed' }),
    );
    expect(await get<Payment>(`/v1/payments/${paymentId}`)).toMatchObject({
      status: 'captured',
      amount_refunded: 20_000,
      refund_status: 'partial',
    });
    expect(await get<Order>(`/v1/orders/${order.id}`)).toMatchObject({ status: 'paid', amount_paid: 50_000 });
    expect((await get<Collection<Refund>>(`/v1/payments/${paymentId}/refunds`)).items).toHaveLength(1);
  });

  test('RFND refunds never add up to more than was captured', async () => {
    const { refund, get, paymentId } = await startPaidGateway();
    const refusal = async (body: object) => (await refund<ErrorBody>(paymentId, body)).body.error.description;
    expect(await refusal({ amount: 50_001 })).toContain('greater than amount captured');
    expect(await refusal({ amount: 99 })).toContain('at least INR 1.00');
    expect(await refusal({ amount: 100, order_id: 'x' })).toContain('order_id is/are not required');
    expect((await refund(paymentId, { amount: 30_000 })).status).toBe(200);
    expect(await refusal({ amount: 20_001 })).toContain('total refund amount is greater');
    const rest = await refund(paymentId);
    expect(rest.body.amount).toBe(20_000);
    expect(await refusal({})).toContain('fully refunded already');
    expect(await get<Payment>(`/v1/payments/${paymentId}`)).toMatchObject({
      status: 'refunded',
      captured: true,
      refund_status: 'full',
    });
  });

  test('RFND of refunds that race, only what was captured is given', async () => {
    const { refund, paymentId, get } = await startPaidGateway();
    const replies = await Promise.all(Array.from({ length: 10 }, () => refund(paymentId, { amount: 20_000 })));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(2);
    expect((await get<Payment>(`/v1/payments/${paymentId}`)).amount_refunded).toBe(40_000);
  });

  test('RFND a payment that is not captured cannot be refunded', async () => {
    const { order, pay, refund } = await startGateway();
    const { id } = await order();
    const authorized = await pay(id, { outcome: 'authorized' });
    const reply = await refund<ErrorBody>(authorized.body.razorpay_payment_id);
    expect(reply.status).toBe(400);
    expect(reply.body.error.description).toContain('should be captured');
  });

  test('RFND 2468 paise fail, and can be refunded again', async () => {
    const { refund, get, paymentId, receiver } = await startPaidGateway({ timings: { refundSettlesMs: 30 } });
    const { body } = await refund(paymentId, { amount: 2468 });
    await eventually(async () =>
      expect(await get<Refund>(`/v1/refunds/${body.id}`)).toMatchObject({ status: 'failed' }),
    );
    expect(await get<Payment>(`/v1/payments/${paymentId}`)).toMatchObject({
      status: 'captured',
      amount_refunded: 0,
      refund_status: null,
    });
    await eventually(() => expect(receiver.names()).toContain('refund.failed'));
    expect((await refund(paymentId)).body.amount).toBe(50_000);
  });

  test('BP-12 a refund whose answer was lost is repeated with its key and made once', async () => {
    const { refund, control, paymentId, get } = await startPaidGateway();
    await control('faults', { route: 'POST /v1/payments/:id/refund', kind: 'hang-up-after', times: 1 });
    await expect(refund(paymentId, { amount: 20_000 }, 'rf_payment_0')).rejects.toThrow();
    const repeated = await refund(paymentId, { amount: 20_000 }, 'rf_payment_0');
    expect(repeated.status).toBe(200);
    const { items } = await get<Collection<Refund>>(`/v1/payments/${paymentId}/refunds`);
    expect(items.map(({ id }) => id)).toEqual([repeated.body.id]);
  });

  test('RFND a key that is used again with another body is refused', async () => {
    const { refund, paymentId } = await startPaidGateway();
    await refund(paymentId, { amount: 20_000 }, 'rf_payment_0');
    const other = await refund<ErrorBody>(paymentId, { amount: 20_001 }, 'rf_payment_0');
    expect(other.status).toBe(400);
    expect(other.body.error.description).toContain('Different request with the same idempotency key');
  });

  test('RFND a repeat while the first request has no answer is told to wait', async () => {
    const { refund, control, paymentId, get, state } = await startPaidGateway();
    await control('faults', { route: 'POST /v1/payments/:id/refund', kind: 'stall', stallMs: 1200 });
    const first = refund(paymentId, { amount: 20_000 }, 'rf_payment_0');
    await eventually(async () => expect((await state()).faults).toEqual([]));
    expect((await refund(paymentId, { amount: 20_000 }, 'rf_payment_0')).status).toBe(409);
    const { body } = await first;
    expect((await refund(paymentId, { amount: 20_000 }, 'rf_payment_0')).body.id).toBe(body.id);
    expect((await get<Payment>(`/v1/payments/${paymentId}`)).amount_refunded).toBe(20_000);
  });

  test('RFND keys are at least 10 letters, digits, hyphens or underscores', async () => {
    const { refund, paymentId } = await startPaidGateway();
    expect((await refund(paymentId, {}, 'too-short')).status).toBe(400);
    expect((await refund(paymentId, {}, 'has a blank in it')).status).toBe(400);
    expect((await refund(paymentId, {}, 'Long_enough-1')).status).toBe(200);
  });

  test('RFND of many refunds of a payment, the last ten are listed unless more are asked for', async () => {
    const { refund, paymentId, get, call } = await startPaidGateway();
    for (let made = 0; made < 12; made += 1) await refund(paymentId, { amount: 100 + made });
    const amounts = async (query: string) =>
      (await get<Collection<Refund>>(`/v1/payments/${paymentId}/refunds${query}`)).items.map(({ amount }) => amount);
    expect(await amounts('')).toEqual([111, 110, 109, 108, 107, 106, 105, 104, 103, 102]);
    expect(await amounts('?count=100')).toHaveLength(12);
    expect(await amounts('?count=1&skip=11')).toEqual([100]);
    expect(await amounts('?to=1')).toEqual([]);
    expect((await call('GET', `/v1/payments/${paymentId}/refunds?count=101`)).status).toBe(400);
  });
});
