import { describe, expect, it } from 'vitest';
import { failureOf } from './razorpay.gateway.ts';
import { paymentEntity, refundEntity } from './razorpay-entities.ts';

const payment = {
  id: 'pay_TiffinTest0001',
  amount: 30_700,
  currency: 'INR',
  status: 'captured',
  order_id: 'order_TiffinTest0001',
  captured: true,
  amount_refunded: 0,
  method: 'upi',
};

describe('what an error of the gateway says about whether it happened', () => {
  it.each([
    ['a refusal', { response: { status: 400, data: {} } }, 'rejected', 'rejected'],
    ['an unknown id', { response: { status: 404, data: {} } }, 'rejected', 'rejected'],
    ['the same request under way', { response: { status: 409, data: {} } }, 'conflict', 'conflict'],
    ['too many requests', { response: { status: 429, data: {} } }, 'unavailable', 'unavailable'],
    ['wrong keys of ours', { response: { status: 401, data: {} } }, 'unavailable', 'unavailable'],
    ['a fault of theirs', { response: { status: 500, data: {} } }, 'ambiguous', 'unavailable'],
    ['an HTML page', { response: { status: 502, data: '<html>' } }, 'ambiguous', 'unavailable'],
    ['a redirect', { response: { status: 302, data: '' } }, 'ambiguous', 'unavailable'],
    ['a refused connection', { code: 'ECONNREFUSED' }, 'unavailable', 'unavailable'],
    ['an unknown host', { code: 'ENOTFOUND' }, 'unavailable', 'unavailable'],
    ['a connection that broke', { code: 'ECONNRESET' }, 'ambiguous', 'unavailable'],
    ['no answer in time', { code: 'ECONNABORTED' }, 'ambiguous', 'unavailable'],
    ['something else thrown', 'what', 'ambiguous', 'unavailable'],
  ] as const)('%s', (_what, error, ofWrite, ofRead) => {
    expect(failureOf(error, true).kind).toBe(ofWrite);
    expect(failureOf(error, false).kind).toBe(ofRead);
  });

  it('is told in the gateway’s stable words, never in its description', () => {
    const data = {
      error: { code: 'BAD_REQUEST_ERROR', reason: 'input_validation_failed', field: 'amount', description: 'x' },
    };
    expect(failureOf({ response: { status: 400, data } }, true).reason).toBe(
      '400 BAD_REQUEST_ERROR input_validation_failed amount',
    );
  });
});

describe('an entity of the gateway', () => {
  it.each([
    ['captured', { status: 'captured' }, 'captured'],
    ['authorised, though its card sample says captured', { status: 'authorized', captured: true }, 'authorized'],
    ['failed, though its card sample says captured', { status: 'failed', captured: true }, 'failed'],
    ['wholly refunded after its capture', { status: 'refunded', captured: true }, 'captured'],
    ['given back without capture', { status: 'refunded', captured: false }, 'returned'],
    ['begun', { status: 'created', captured: false }, 'created'],
  ])('that is a payment %s is read so', (_what, changes, status) => {
    expect(paymentEntity.parse({ ...payment, ...changes })).toMatchObject({ status, amountPaise: 30_700 });
  });

  it.each([
    ['an id that climbs out of its path', { id: 'pay_x/../../orders' }],
    ['an amount in rupees and paise', { amount: 307.5 }],
    ['an amount as text', { amount: '30700' }],
    ['a negative amount', { amount: -1 }],
    ['an unknown status', { status: 'paid' }],
  ])('that is a payment with %s is not read', (_what, changes) => {
    expect(paymentEntity.safeParse({ ...payment, ...changes }).success).toBe(false);
  });

  it('C60: is read whatever stands in its notes', () => {
    for (const notes of [[], null, undefined, { orderId: '0'.repeat(24) }, 'text'])
      expect(paymentEntity.parse({ ...payment, notes })).not.toHaveProperty('notes');
    const refund = {
      id: 'rfnd_TiffinTest0001',
      payment_id: payment.id,
      amount: 500,
      currency: 'INR',
      status: 'processed',
    };
    for (const notes of [[], undefined, { tiffin_refund_key: 'not a key' }, { other: 'x' }])
      expect(refundEntity.parse({ ...refund, notes })).not.toHaveProperty('key');
    const key = 'rf_pay_TiffinTest0001_0';
    expect(refundEntity.parse({ ...refund, notes: { tiffin_refund_key: key } })).toMatchObject({ key });
  });

  it('that is a payment without an order belongs to none of ours', () => {
    for (const order_id of [null, undefined, 'order_x/../y']) {
      expect(paymentEntity.parse({ ...payment, order_id }).gatewayOrderId).toBeUndefined();
    }
  });
});
