import { expect, it } from 'vitest';
import { createRequestIds, fingerprintOf, idempotencyRowKey, parseIdempotencyKey } from './idempotency.ts';

it('reads a key quoted or bare as the same', () => {
  expect(parseIdempotencyKey('"abc-DEF_123"')).toBe('abc-DEF_123');
  expect(parseIdempotencyKey('abc-DEF_123')).toBe('abc-DEF_123');
  expect(parseIdempotencyKey('x'.repeat(255))).toBe('x'.repeat(255));
});

it('reads nothing else as a key', () => {
  for (const header of [
    '',
    '1234567',
    'x'.repeat(256),
    '"abcdefgh',
    'abcdefgh"',
    'abcd efgh',
    'abcdefgh, ijklmnop',
    'abcdefgh;a=1',
    'ключ-ключ',
  ]) {
    expect(parseIdempotencyKey(header)).toBeUndefined();
  }
});

it('takes bodies that mean the same for the same, at every depth', () => {
  const one = fingerprintOf('POST', '/x', { a: 1, b: { c: [1, { d: 2, e: null }], f: undefined } });
  expect(fingerprintOf('POST', '/x', { b: { c: [1, { e: null, d: 2 }] }, a: 1 })).toBe(one);
});

it('takes bodies that mean something else for others', () => {
  const bodies = [
    {},
    [],
    null,
    { a: 1 },
    { a: '1' },
    { a: [1] },
    { a: [1, 2] },
    { a: [2, 1] },
    { a: 1, b: 1 },
    { 'a":1,"b': 1 },
    { a: null },
  ];
  const prints = bodies.map((body) => fingerprintOf('POST', '/x', body));
  prints.push(fingerprintOf('PUT', '/x', {}), fingerprintOf('POST', '/y', {}));
  expect(new Set(prints).size).toBe(prints.length);
});

it('keeps rows of two principals, methods, paths or keys apart, whatever is in their names', () => {
  const rows = [
    idempotencyRowKey('user:a', 'POST', '/x', 'key'),
    idempotencyRowKey('user:b', 'POST', '/x', 'key'),
    idempotencyRowKey('user:a', 'PUT', '/x', 'key'),
    idempotencyRowKey('user:a', 'POST', '/x/', 'key'),
    idempotencyRowKey('user:a', 'POST', '/xk', 'ey'),
    idempotencyRowKey('user:aPOST', '', '/x', 'key'),
  ];
  expect(new Set(rows).size).toBe(rows.length);
});

it('makes ids nobody has, in the order of their time', () => {
  const ids = Array.from({ length: 1_000 }, createRequestIds);
  expect(new Set(ids.map(({ documentId }) => documentId)).size).toBe(1_000);
  expect(new Set(ids.map(({ eventId }) => eventId)).size).toBe(1_000);
  const [{ documentId, eventId } = { documentId: '', eventId: '' }] = ids;
  expect(documentId).toMatch(/^[0-9a-f]{24}$/);
  expect(Math.abs(Number.parseInt(documentId.slice(0, 8), 16) - Date.now() / 1_000)).toBeLessThan(10);
  expect(eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
