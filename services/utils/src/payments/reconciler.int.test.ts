import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderEvent, type Stand, startStand } from '../utils.fixture.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand('reconciler', { config: { RECONCILE_AFTER_S: 1 } });
  await stand.control('webhooks', { deliver: false });
});
afterAll(() => stand?.close());

const count = async (orderId: string, wanted: string) =>
  (await stand.stream(orderId)).filter((type) => type === wanted).length;

describe('when every webhook and callback is lost', () => {
  it('T03: an order is paid by asking the gateway, once', async () => {
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

  it('T04: money for an order that has expired reaches the order, and goes back once when the order refuses it', async () => {
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
});
