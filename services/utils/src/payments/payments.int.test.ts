import { createHmac } from 'node:crypto';
import { inPaise } from '@tiffin/contracts/money';
import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startStand } from '../utils.fixture.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand('payments');
});
afterAll(() => stand?.close());

const successes = async (orderId: string) =>
  (await stand.stream(orderId)).filter((type) => type === 'PAYMENT_SUCCESS').length;
const verify = (triple: object, who = stand.customer as { role: 'customer'; sub: string }) =>
  stand.call(who, 'POST', '/api/v1/payments/verify', triple);
const withoutWebhooks = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  await stand.control('webhooks', { deliver: false });
  try {
    return await work();
  } finally {
    await stand.control('webhooks', { deliver: true });
  }
};

describe('opening a payment', () => {
  it('becomes PAYMENT_SUCCESS by the gateway’s webhook, in the story of its order', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId, amountPaise, key } = await stand.checkout(bill.orderId);
    expect({ amountPaise, key }).toEqual({ amountPaise: bill.totalPaise, key: stand.config.RAZORPAY_KEY_ID });

    const paid = await stand.pay(razorpayOrderId);
    const success = await eventually('PAYMENT_SUCCESS', async () =>
      (await stand.events(bill.orderId)).find(({ type }) => type === 'PAYMENT_SUCCESS'),
    );
    expect(success).toMatchObject({
      version: 2,
      subject: bill.orderId,
      source: 'utils',
      correlationId: bill.correlationId,
      causationId: null,
      data: {
        orderId: bill.orderId,
        paymentId: paid.razorpay_payment_id,
        gatewayOrderId: razorpayOrderId,
        amountPaise: bill.totalPaise,
        currency: 'INR',
        method: 'upi',
      },
    });
    expect(await stand.payment(bill.orderId)).toMatchObject({
      status: 'captured',
      gatewayPaymentId: paid.razorpay_payment_id,
    });
  });

  it('twice, also at once, is the same gateway order', async () => {
    const bill = stand.newBill();
    const orders = await Promise.all(Array.from({ length: 10 }, () => stand.checkout(bill.orderId)));
    expect(new Set(orders.map(({ razorpayOrderId }) => razorpayOrderId)).size).toBe(1);
    expect(await stand.stream(bill.orderId)).toEqual(['PAYMENT_CREATED']);
  });

  it('BP-07: whose first answer was lost is the same gateway order, as its receipt is the order’s id', async () => {
    const bill = stand.newBill();
    // Twice: what breaks on a connection used before is asked once more on a new one.
    await stand.control('faults', { route: 'POST /v1/orders', kind: 'hang-up-after', times: 2 });
    const lost = await stand.call(stand.customer, 'POST', '/api/v1/payments', { orderId: bill.orderId });
    expect(lost).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(lost.headers.get('retry-after')).toBe('5');
    const { razorpayOrderId } = await eventually('a checkout', () =>
      stand.checkout(bill.orderId).catch(() => undefined),
    );
    await stand.pay(razorpayOrderId);
    await eventually('PAYMENT_SUCCESS', async () => (await successes(bill.orderId)) === 1);
  });

  it.each(['500', '502-html', '429', 'hang-up', 'redirect'])(
    'is 503 while the gateway answers with %s, and works afterwards',
    async (kind) => {
      const bill = stand.newBill();
      await stand.control('faults', { route: 'POST /v1/orders', kind, times: 2 });
      expect((await stand.call(stand.customer, 'POST', '/api/v1/payments', { orderId: bill.orderId })).status).toBe(
        503,
      );
      await eventually('a checkout', () => stand.checkout(bill.orderId).catch(() => undefined));
    },
  );

  it('of another’s order, or of none, is 404', async () => {
    const bill = stand.newBill();
    for (const orderId of [bill.orderId, 'f'.repeat(24)])
      expect(
        await stand.call({ role: 'customer', sub: 'somebody-else' }, 'POST', '/api/v1/payments', { orderId }),
      ).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each(['placed', 'cancelled', 'expired', 'rejected', 'delivered'] as const)(
    'of an order that is %s is 409',
    async (status) => {
      const bill = stand.newBill({ status });
      expect(await stand.call(stand.customer, 'POST', '/api/v1/payments', { orderId: bill.orderId })).toMatchObject({
        status: 409,
        body: { code: 'payment_conflict' },
      });
    },
  );

  it('of an order that is paid here is 409 before the order has heard of it', async () => {
    const bill = stand.newBill();
    await stand.pay((await stand.checkout(bill.orderId)).razorpayOrderId);
    await eventually('PAYMENT_SUCCESS', async () => (await successes(bill.orderId)) === 1);
    expect((await stand.call(stand.customer, 'POST', '/api/v1/payments', { orderId: bill.orderId })).status).toBe(409);
  });

  it('is 503 while nobody can say what the order costs', async () => {
    const bill = stand.newBill();
    stand.bills.state.broken = true;
    const answer = await stand.call(stand.customer, 'POST', '/api/v1/payments', { orderId: bill.orderId });
    stand.bills.state.broken = false;
    expect(answer.status).toBe(503);
  });

  it('under an Idempotency-Key answers the same again', async () => {
    const bill = stand.newBill();
    const key = { 'idempotency-key': `key-${bill.orderId}` };
    const first = await stand.call(stand.customer, 'POST', '/api/v1/payments', { orderId: bill.orderId }, key);
    const again = await stand.call(stand.customer, 'POST', '/api/v1/payments', { orderId: bill.orderId }, key);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('T05: needs a customer, and takes no amount from anybody', async () => {
    const bill = stand.newBill();
    const open = (who: Parameters<Stand['call']>[0], body: object) => stand.call(who, 'POST', '/api/v1/payments', body);
    expect((await open(undefined, { orderId: bill.orderId })).status).toBe(401);
    expect((await open(stand.owner, { orderId: bill.orderId })).status).toBe(403);
    expect((await open(stand.customer, { orderId: bill.orderId, amountPaise: 100 })).status).toBe(400);
    expect((await open(stand.customer, { orderId: { $ne: null } })).status).toBe(400);
    expect((await stand.call(undefined, 'POST', '/api/v1/payments/verify', {})).status).toBe(401);
  });
});

describe('a customer who comes back from the checkout page', () => {
  it('hears that the payment is captured, and the order hears it once however often it is said', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    const triple = await withoutWebhooks(() => stand.pay(razorpayOrderId));
    expect(await verify(triple)).toMatchObject({ status: 200, body: { status: 'captured' } });
    const answers = await Promise.all(Array.from({ length: 10 }, () => verify(triple)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await successes(bill.orderId)).toBe(1);
  });

  it('T01: with the signature of a small order cannot pay a big one', async () => {
    const small = stand.newBill({ totalPaise: inPaise(100) });
    const big = stand.newBill({ totalPaise: inPaise(900_000) });
    const smallOrder = await stand.checkout(small.orderId);
    const bigOrder = await stand.checkout(big.orderId);
    const triple = await withoutWebhooks(() => stand.pay(smallOrder.razorpayOrderId));

    const swapped = { ...triple, razorpay_order_id: bigOrder.razorpayOrderId };
    expect(await verify(swapped)).toMatchObject({ status: 400, body: { code: 'bad_signature' } });
    expect((await verify({ ...triple, orderId: big.orderId })).status).toBe(400);
    for (let repeat = 0; repeat < 10; repeat += 1) expect((await verify(triple)).status).toBe(200);
    expect(await successes(small.orderId)).toBe(1);
    expect(await stand.payment(big.orderId)).toMatchObject({ status: 'created' });
  });

  it('T02: who did not pay is not paid, whatever is signed', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    const failed = await withoutWebhooks(() => stand.pay(razorpayOrderId, { outcome: 'failed' }));
    expect(await verify(failed)).toMatchObject({ status: 200, body: { status: 'failed' } });
    const authorized = await withoutWebhooks(() => stand.pay(razorpayOrderId, { outcome: 'authorized' }));
    expect(await verify(authorized)).toMatchObject({ status: 200, body: { status: 'authorized' } });
    expect(await stand.stream(bill.orderId)).toEqual(['PAYMENT_CREATED', 'PAYMENT_FAILED']);
  });

  it('C70: who signed a foreign order, or left the payment out, is refused', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    const triple = await withoutWebhooks(() => stand.pay(razorpayOrderId));
    const signed = (orderId: string, paymentId: string) => ({
      razorpay_order_id: orderId,
      razorpay_payment_id: paymentId,
      razorpay_signature: createHmac('sha256', stand.secrets.keySecret).update(`${orderId}|${paymentId}`).digest('hex'),
    });
    expect((await verify(signed('order_Foreign0000001', triple.razorpay_payment_id))).status).toBe(404);
    expect((await verify(triple, { role: 'customer', sub: 'somebody-else' })).status).toBe(404);
    const { razorpay_payment_id: _, ...without } = triple;
    expect((await verify(without)).status).toBe(400);
    expect((await verify({ ...triple, razorpay_payment_id: 'pay_x/../../orders/y' })).status).toBe(400);
    expect(await successes(bill.orderId)).toBe(0);
  });

  it('C47, BP-02, BP-37: who signed with the webhook’s secret, or changed one character, is refused', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    const triple = await withoutWebhooks(() => stand.pay(razorpayOrderId));
    const text = `${triple.razorpay_order_id}|${triple.razorpay_payment_id}`;
    const last = triple.razorpay_signature.at(-1) === '0' ? '1' : '0';
    for (const razorpay_signature of [
      stand.sign(text),
      triple.razorpay_signature.slice(0, -1) + last,
      '',
      `${triple.razorpay_signature}00`,
    ])
      expect(await verify({ ...triple, razorpay_signature })).toMatchObject({
        status: 400,
        body: { code: 'bad_signature' },
      });
    expect(await successes(bill.orderId)).toBe(0);
  });

  it('hears `pending` within seconds while the gateway is slow, and is paid as soon as it answers', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    const triple = await withoutWebhooks(() => stand.pay(razorpayOrderId));
    await stand.control('faults', { route: 'GET /v1/payments/:id', kind: 'stall', times: 1, stallMs: 10_000 });
    const startedAt = Date.now();
    expect(await verify(triple)).toMatchObject({ status: 202, body: { status: 'pending' } });
    expect(Date.now() - startedAt).toBeLessThan(4_500);
    await eventually('PAYMENT_SUCCESS', async () => (await successes(bill.orderId)) === 1);
  });
});

describe('a payment that is read', () => {
  it('shows itself to its customer, its restaurant and admins, and to nobody else', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    const read = (who: Parameters<Stand['call']>[0]) => stand.call(who, 'GET', `/api/v1/payments/${bill.orderId}`);
    for (const who of [stand.customer, stand.owner, stand.admin])
      expect(await read(who)).toMatchObject({
        status: 200,
        body: { payment: { orderId: bill.orderId, status: 'created', gatewayOrderId: razorpayOrderId, refunds: [] } },
      });
    expect((await read({ role: 'customer', sub: 'owner-1' })).status).toBe(404);
    expect((await read({ role: 'restaurant', sub: stand.customer.sub })).status).toBe(404);
    expect((await read({ role: 'rider', sub: 'rider-1' })).status).toBe(403);
    expect((await read(undefined)).status).toBe(401);
    expect((await stand.call(stand.admin, 'GET', '/api/v1/payments/123')).status).toBe(400);
  });
});
