import Razorpay from 'razorpay';
import { expect, test } from 'vitest';
import { KEY_ID, KEY_SECRET, startGateway } from './gateway.fixture.ts';

interface InnerHttp {
  readonly defaults: object;
  post<T>(url: string, body: object, options: { headers: Record<string, string> }): Promise<{ data: T }>;
}

/** The client's own HTTP instance, which its types do not show: the only way to another address and to headers. */
const httpOf = (sdk: Razorpay): InnerHttp => Reflect.get(sdk.api, 'rq');

test('the official client creates, fetches, captures and refunds against the fake', async () => {
  const { razorpay, pay } = await startGateway();
  const sdk = new Razorpay({ key_id: KEY_ID, key_secret: KEY_SECRET });
  const http = httpOf(sdk);
  Object.assign(http.defaults, { baseURL: razorpay.url, timeout: 8000, maxRedirects: 0 });

  const order = await sdk.orders.create({
    amount: 50_000,
    currency: 'INR',
    receipt: 'app-order-1',
    notes: { orderId: '1' },
    payment: {
      capture: 'manual',
      capture_options: { automatic_expiry_period: 12, manual_expiry_period: 7200, refund_speed: 'normal' },
    },
  });
  expect(await sdk.orders.fetch(order.id)).toEqual(order);
  expect((await sdk.orders.all({ receipt: 'app-order-1' })).items).toEqual([order]);

  const { body } = await pay(order.id);
  const captured = await sdk.payments.capture(body.razorpay_payment_id, 50_000, 'INR');
  expect(captured).toMatchObject({ status: 'captured', order_id: order.id });
  expect(await sdk.payments.fetch(captured.id)).toEqual(captured);
  expect((await sdk.orders.fetchPayments(order.id)).items).toEqual([captured]);

  const refund = await sdk.payments.refund(captured.id, { amount: 20_000, speed: 'normal' });
  expect(await sdk.refunds.fetch(refund.id)).toMatchObject({ id: refund.id, amount: 20_000 });
  expect(await sdk.payments.fetchMultipleRefund(captured.id)).toMatchObject({ count: 1 });

  const key = 'rf_official_client';
  const send = () =>
    http.post<{ id: string }>(
      `/v1/payments/${captured.id}/refund`,
      { amount: 10_000 },
      { headers: { 'X-Refund-Idempotency': key } },
    );
  expect((await send()).data.id).toBe((await send()).data.id);

  await expect(sdk.payments.capture(captured.id, 50_000, 'INR')).rejects.toMatchObject({
    statusCode: 400,
    error: { code: 'BAD_REQUEST_ERROR', reason: 'input_validation_failed' },
  });
});
