import { durableQueues } from '@tiffin/contracts/queues';
import { expect, test } from 'vitest';
import { acceptsBody } from './accepted-body.ts';

const accepts = acceptsBody(durableQueues());
const orderId = 'aaaaaaaaaaaaaaaaaaaaaaaa';
const bare = (type: string, data: object) => ({ type, data, timestamp: '2026-11-01T10:00:00.000Z' });
const paid = bare('PAYMENT_SUCCESS', { orderId, paymentId: 'pay_1', amount: 307 });

test('a bare body of the first version is accepted as it is, and keeps the names of its letter', () => {
  const accepted = accepts('PAYMENT_SUCCESS', paid);
  expect(accepted).toEqual({
    ok: true,
    correction: { body: Buffer.from(JSON.stringify(paid)), type: 'PAYMENT_SUCCESS' },
  });
});

test('a full event brings its own names', () => {
  const event = { ...paid, id: 'e-1', version: 1, subject: orderId, seq: 2, source: 'utils', correlationId: 'c-1' };
  expect(accepts('PAYMENT_SUCCESS', { ...event, causationId: null })).toMatchObject({
    ok: true,
    correction: { type: 'PAYMENT_SUCCESS', messageId: 'e-1', correlationId: 'c-1' },
  });
});

test('what the reader of the queue would refuse is refused, with what is wrong', () => {
  expect(accepts('PAYMENT_SUCCESS', bare('PAYMENT_SUCCESS', { orderId }))).toMatchObject({
    ok: false,
    error: expect.stringContaining('data.'),
  });
  expect(accepts('PAYMENT_SUCCESS', bare('NEVER_HEARD_OF', {}))).toEqual({
    ok: false,
    error: 'no event is called NEVER_HEARD_OF',
  });
  expect(accepts('rider.orders', paid)).toEqual({ ok: false, error: 'rider.orders takes no PAYMENT_SUCCESS' });
  for (const nothing of [null, 'text', 7, [], {}]) expect(accepts('PAYMENT_SUCCESS', nothing).ok).toBe(false);
});

test('the event log takes every event, also one that only a newer program knows', () => {
  expect(accepts('utils.event-log', bare('NEVER_HEARD_OF', {})).ok).toBe(true);
  expect(accepts('utils.event-log', { type: 'NEVER_HEARD_OF' }).ok).toBe(false);
});
