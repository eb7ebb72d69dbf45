import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findUnsafeJson } from './unsafe-json.ts';

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const detailOf = (json: string) => findUnsafeJson(JSON.parse(json))?.detail;
const pointerOf = (json: string) => findUnsafeJson(JSON.parse(json))?.pointer;

it('passes ordinary JSON', () => {
  const anything = fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' });
  fc.assert(
    fc.property(anything, (value) => {
      fc.pre(!/\\u0000|__proto__/.test(JSON.stringify(value)));
      expect(findUnsafeJson(value)).toBeUndefined();
    }),
  );
  expect(findUnsafeJson(nested(20))).toBeUndefined();
});

it('G121: refuses more than 20 levels, however many there are, and more than 10,000 values', () => {
  for (const depth of [21, 500, 15_000]) expect(findUnsafeJson(nested(depth))?.detail).toContain('nested deeper');
  expect(findUnsafeJson(Array(9_999).fill(1))).toBeUndefined();
  expect(findUnsafeJson(Array(10_000).fill(1))?.detail).toContain('10000 values');
  expect(findUnsafeJson(Array(101).fill(Array(100).fill(1)))?.detail).toContain('10000 values');
});

it('G124: refuses lone surrogates and NUL, in values and in names, and says where', () => {
  for (const text of ['\\ud800', '\\udc00', 'a\\ud83d', '\\ude00\\ud83d']) {
    expect(detailOf(`{"a":{"b":["x","${text}"]}}`)).toBe('must be well-formed Unicode');
    expect(pointerOf(`{"a":{"b":["x","${text}"]}}`)).toBe('/a/b/1');
    expect(detailOf(`{"a":{"${text}":1}}`)).toBe('a field name must be well-formed Unicode');
    expect(pointerOf(`{"a":{"${text}":1}}`)).toBe('/a');
  }
  expect(detailOf('["\\u0000"]')).toBe('must not contain NUL');
  expect(detailOf('"\\ud83d\\ude00"')).toBeUndefined();
});

it('G120: refuses __proto__ at any depth, where an open schema would let it through', () => {
  expect(detailOf('{"__proto__":1}')).toBe('must not name __proto__');
  expect(pointerOf('{"a":[{"__proto__":{"admin":true}}]}')).toBe('/a/0');
});

it('H126: refuses numbers beyond a double', () => {
  expect(detailOf('{"a":1e999}')).toBe('is too large a number');
  expect(detailOf('[-1e999]')).toBe('is too large a number');
  expect(detailOf('[1e308]')).toBeUndefined();
});
