import type { Message } from 'amqplib';
import { expect, test } from 'vitest';
import { attemptOf } from './incoming.ts';
import { propertiesOfCopy, textHeader } from './message-headers.ts';

const aMessage = (headers: Record<string, unknown>, properties: Record<string, unknown> = {}): Message => ({
  content: Buffer.from('{}'),
  fields: { deliveryTag: 1, redelivered: false, exchange: 'tiffin.events', routingKey: 'order.ORDER_PLACED' },
  properties: { ...NO_PROPERTIES, ...properties, headers },
});
const NO_PROPERTIES = {
  contentType: undefined,
  contentEncoding: undefined,
  deliveryMode: undefined,
  priority: undefined,
  correlationId: undefined,
  replyTo: undefined,
  expiration: undefined,
  messageId: undefined,
  timestamp: undefined,
  type: undefined,
  userId: undefined,
  appId: undefined,
  clusterId: undefined,
};

test.each([
  ['absent', undefined, 0],
  ['honest', 3, 3],
  ['a billion', 1e9, 5],
  ['negative', -7, 0],
  ['text', '3', 0],
  ['a fraction', 2.9, 2],
  ['not a number', Number.NaN, 0],
  ['infinite', Number.POSITIVE_INFINITY, 0],
  ['a table', { '!': 'int', value: 4 }, 0],
])('an attempt header that is %s', (_, value, attempt) => {
  expect(attemptOf(aMessage({ 'tiffin-attempt': value }), 5)).toBe(attempt);
});

test('a copy carries the original key from the first copy on', () => {
  const first = propertiesOfCopy(aMessage({}), { attempt: 1 });
  expect(first.headers).toEqual({ 'tiffin-attempt': 1, 'tiffin-original-key': 'order.ORDER_PLACED' });
  const later = {
    ...aMessage(first.headers),
    fields: { ...aMessage({}).fields, exchange: '', routingKey: 'some.queue' },
  };
  expect(propertiesOfCopy(later, { attempt: 2 }).headers).toMatchObject({
    'tiffin-original-key': 'order.ORDER_PLACED',
  });
});

test('T5: no x- header travels, nor CC or BCC, which would route the copy elsewhere', () => {
  const headers = {
    'x-death': [{ count: 1 }],
    'X-Delivery-Count': 4,
    CC: ['a'],
    bcc: 'b',
    traceparent: '00-a',
    mine: 1,
  };
  expect(propertiesOfCopy(aMessage(headers), {}).headers).toEqual({
    traceparent: '00-a',
    mine: 1,
    'tiffin-original-key': 'order.ORDER_PLACED',
  });
});

test('what would make the copy vanish or be refused is left out', () => {
  const copy = propertiesOfCopy(
    aMessage({}, { expiration: '0', userId: 'somebody', replyTo: 'q', messageId: 'm-1' }),
    {},
  );
  expect(copy).toMatchObject({ messageId: 'm-1', persistent: true, mandatory: true });
  expect(copy).not.toHaveProperty('expiration');
  expect(copy).not.toHaveProperty('userId');
  expect(copy).not.toHaveProperty('replyTo');
});

test('headers too large for one frame are dropped, our own stay', () => {
  const copy = propertiesOfCopy(aMessage({ huge: 'x'.repeat(100_000), small: 'y' }), { attempt: 2 });
  expect(Object.keys(copy.headers)).toEqual(['small', 'tiffin-original-key', 'tiffin-attempt']);
});

test('an error text is cut, and marks of an earlier death do not stay', () => {
  const { headers } = propertiesOfCopy(aMessage({ 'tiffin-reason': 'old', 'tiffin-error': 'old' }), {
    reason: 'schema',
    error: 'e'.repeat(5_000),
  });
  expect(headers['tiffin-reason']).toBe('schema');
  expect(headers['tiffin-error']).toHaveLength(1_000);
  expect(propertiesOfCopy(aMessage({ 'tiffin-reason': 'old' }), {}).headers).not.toHaveProperty('tiffin-reason');
});

test('a text header that is no short text is as good as absent', () => {
  expect(textHeader({ a: 'x'.repeat(256) }, 'a')).toBeUndefined();
  expect(textHeader({ a: 5 }, 'a')).toBeUndefined();
  expect(textHeader({ a: 'replay-1' }, 'a')).toBe('replay-1');
});
