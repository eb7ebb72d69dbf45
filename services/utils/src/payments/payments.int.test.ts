import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startStand } from '../utils-fixture.test.ts';

describe('a payment', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand('payments');
  });
  afterAll(() => stand.close());

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
});
