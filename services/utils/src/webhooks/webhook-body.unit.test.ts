import { describe, expect, it } from 'vitest';
import { parseBytes, readWebhook, withoutPersonalData } from './webhook-body.ts';

const payment = {
  id: 'pay_TiffinTest0001',
  entity: 'payment',
  amount: 30_700,
  currency: 'INR',
  status: 'captured',
  order_id: 'order_TiffinTest0001',
  method: 'upi',
  vpa: 'somebody@upi',
  email: 'somebody@example.com',
  contact: '+919876543210',
  card: { last4: '1111', name: 'Some Body' },
  acquirer_data: { rrn: '322206890934' },
  notes: { address: '12 MG Road' },
};
const body = (event: string, payload: object, changes: object = {}) => ({
  entity: 'event',
  account_id: 'acc_TiffinTest01',
  event,
  contains: Object.keys(payload),
  payload,
  created_at: 1_793_527_200,
  ...changes,
});
const refund = {
  id: 'rfnd_TiffinTest0001',
  payment_id: payment.id,
  amount: 500,
  currency: 'INR',
  status: 'processed',
  notes: [],
};

describe('a webhook', () => {
  it.each(['payment.authorized', 'payment.captured', 'payment.failed', 'order.paid'])(
    '%s tells of a payment',
    (event) => {
      expect(readWebhook(body(event, { payment: { entity: payment } }))?.told).toMatchObject({
        kind: 'payment',
        payment: { gatewayPaymentId: payment.id },
      });
    },
  );

  it.each([
    ['refund.created', 'pending'],
    ['refund.processed', 'processed'],
    ['refund.failed', 'failed'],
  ])('%s tells of a refund that is %s, whatever its snapshot says', (event, status) => {
    const payload = { refund: { entity: refund }, payment: { entity: payment } };
    expect(readWebhook(body(event, payload))?.told).toMatchObject({ kind: 'refund', refund: { status } });
  });

  it.each(['payment.pending', 'refund.speed_changed', 'settlement.processed', '__proto__'])(
    'C63: %s tells us nothing',
    (event) => {
      expect(readWebhook(body(event, { anything: { entity: {} } }, { created_at: undefined }))?.told).toEqual({
        kind: 'ignored',
      });
    },
  );

  it.each([
    ['no payload', body('payment.captured', {}, { payload: undefined })],
    ['no payment', body('payment.captured', {})],
    ['an amount that is no number', body('payment.captured', { payment: { entity: { ...payment, amount: '307' } } })],
    ['no time', body('payment.captured', { payment: { entity: payment } }, { created_at: undefined })],
    [
      'an order that is not the payment’s',
      body('order.paid', { payment: { entity: payment }, order: { entity: { id: 'order_Another0001' } } }),
    ],
    ['a list instead of an object', []],
    ['null', null],
    ['nothing', undefined],
  ])('with %s cannot be read', (_what, json) => {
    expect(readWebhook(json)).toBeUndefined();
  });

  it('is kept without what is about a person, and says the same afterwards', () => {
    const json = body('refund.processed', {
      refund: { entity: { ...refund, notes: { tiffin_refund_key: 'rf_pay_TiffinTest0001_0', why: 'allergic' } } },
      payment: { entity: payment },
    });
    const kept = withoutPersonalData(json);
    const text = JSON.stringify(kept);
    for (const secret of ['somebody', '9876543210', '1111', 'Some Body', '322206890934', 'MG Road', 'allergic'])
      expect(text).not.toContain(secret);
    expect(readWebhook(kept)).toEqual(readWebhook(json));
  });

  it('is kept small, however deep or long it is', () => {
    let deep: object = { entity: payment };
    for (let depth = 0; depth < 5_000; depth += 1) deep = { payload: deep };
    expect(JSON.stringify(withoutPersonalData(deep)).length).toBeLessThan(500);
    expect(
      JSON.stringify(withoutPersonalData({ contains: Array(10_000).fill('x'.repeat(1_000)) })).length,
    ).toBeLessThan(20_000);
  });

  it('C63: keys of a prototype stay what they are: text that nobody keeps', () => {
    const kept = withoutPersonalData(
      JSON.parse('{"event":"x","__proto__":{"status":"captured"},"constructor":{"amount":1}}'),
    );
    expect(kept).toEqual({ event: 'x' });
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  });

  it('C52: of bytes that are not UTF-8 or not JSON has no JSON', () => {
    expect(parseBytes(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))).toBeUndefined();
    expect(parseBytes(Buffer.from('{'))).toBeUndefined();
    expect(parseBytes(Buffer.alloc(0))).toBeUndefined();
  });
});
