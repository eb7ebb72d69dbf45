import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openOrder } from '../orders/order.ts';
import { capturedPayment, startPayment } from '../payments/payment.ts';
import { failedRefund, makeAutomaticRefund, makeRefund, type RefundMade } from './refund.ts';

const NOW_MS = 1_700_000_000_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const aPaymentOf = (amount: number) =>
  startPayment(
    openOrder(
      {
        amount,
        currency: 'INR',
        receipt: null,
        uniqueReceipt: false,
        notes: [],
        capture: { capture: 'automatic', manualExpiryMinutes: 7200 },
      },
      'order_00000000000000',
      NOW_MS,
    ),
    'upi',
    NOW_MS,
  );
const ask = (amount?: number) => ({
  ...(amount === undefined ? {} : { amount }),
  speed: 'normal' as const,
  notes: [] as const,
  receipt: null,
});

describe('makeRefund', () => {
  test('whatever is asked, and whatever fails, what is refunded stays within what was captured', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 100_000 }),
        fc.array(fc.record({ amount: fc.option(fc.integer({ min: 0, max: 120_000 })), fails: fc.boolean() })),
        (captured, steps) => {
          let payment = capturedPayment(aPaymentOf(captured));
          const standing: RefundMade[] = [];
          for (const { amount, fails } of steps) {
            const made = makeRefund(payment, ask(amount ?? undefined), NOW_MS);
            if (made.kind === 'refused') continue;
            payment = made.value.payment;
            if (fails) payment = failedRefund(made.value).payment;
            else standing.push(made.value);
            const refunded = standing.reduce((sum, { refund }) => sum + refund.amount, 0);
            expect(payment.amount_refunded).toBe(refunded);
            expect(refunded).toBeLessThanOrEqual(captured);
            expect(payment.status).toBe(refunded === captured ? 'refunded' : 'captured');
          }
        },
      ),
    );
  });

  test('a payment of more than six months ago cannot be refunded', () => {
    const payment = capturedPayment(aPaymentOf(50_000));
    expect(makeRefund(payment, ask(), NOW_MS + 182 * DAY_MS).kind).toBe('done');
    expect(makeRefund(payment, ask(), NOW_MS + 184 * DAY_MS).kind).toBe('refused');
  });

  test('an optimum refund is requested and processed at that speed', () => {
    const made = makeRefund(capturedPayment(aPaymentOf(50_000)), { ...ask(), speed: 'optimum' }, NOW_MS);
    expect(made).toMatchObject({
      kind: 'done',
      value: { refund: { speed_requested: 'optimum', speed_processed: 'instant' } },
    });
  });
});

test('an automatic refund gives all back and never says that the money was captured', () => {
  const { refund, payment } = makeAutomaticRefund({ ...aPaymentOf(50_000), status: 'authorized' }, NOW_MS);
  expect(refund.amount).toBe(50_000);
  expect(payment).toMatchObject({ captured: false, status: 'refunded', amount_refunded: 50_000 });
});
