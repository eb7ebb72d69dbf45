import { gatewayPaymentId, orderId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import { startFakeRazorpay } from '@tiffin/fake-razorpay/server';
import { createLogger } from '@tiffin/platform/observability/logger';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { createRazorpayGateway } from './razorpay.gateway.ts';

const keys = { keyId: 'rzp_test_gateway00001', keySecret: 'gateway-secret-of-32-characters!' };
let fake: Awaited<ReturnType<typeof startFakeRazorpay>>;

beforeAll(async () => {
  fake = await startFakeRazorpay({
    port: 0,
    ...keys,
    webhookSecret: 'w'.repeat(32),
    webhookUrl: 'http://127.0.0.1:9/',
  });
});
afterAll(() => fake.close());

it('lists every refund of a payment, also the one a hundred refunds ago', async () => {
  const logger = createLogger({ service: 'utils', level: 'silent' });
  const gateway = createRazorpayGateway({ url: fake.url, ...keys, logger });
  const order = await gateway.createOrder({
    orderId: orderId.parse('8'.repeat(24)),
    amountPaise: inPaise(30_700),
    currency: 'INR',
  });
  if (!order.ok) throw new Error(order.reason);
  const paid = await fetch(`${fake.url}/_control/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId: order.value.gatewayOrderId }),
  });
  const { razorpay_payment_id: id } = z.object({ razorpay_payment_id: gatewayPaymentId }).parse(await paid.json());

  const made = await Promise.all(
    Array.from({ length: 101 }, (_, n) =>
      gateway.refund({ gatewayPaymentId: id, amountPaise: inPaise(100), key: `rf_${id}_${n}` }),
    ),
  );
  expect(made.filter(({ ok }) => !ok)).toEqual([]);
  const listed = await gateway.refundsOf(id);
  const keysOf = listed.ok ? listed.value.map(({ key }) => key) : [];
  expect(new Set(keysOf).size).toBe(101);
  expect(keysOf).toHaveLength(101);
});
