import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryNumber, arbitraryValue } from '../bson/arbitrary-value.fixture.ts';
import { compareValues } from '../bson/compare.ts';
import { encodeValue, invert, UPPER } from './key-encoding.ts';

const sign = (number: number): number => Math.sign(number) + 0; // -0 is 0

describe('index keys', () => {
  it('stand in the order of their values', () => {
    fc.assert(
      fc.property(arbitraryValue, arbitraryValue, (a, b) => {
        expect(sign(Buffer.compare(encodeValue(a), encodeValue(b)))).toBe(sign(compareValues(a, b)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('order numbers of all types by value', () => {
    fc.assert(
      fc.property(arbitraryNumber, arbitraryNumber, (a, b) => {
        expect(sign(Buffer.compare(encodeValue(a), encodeValue(b)))).toBe(sign(compareValues(a, b)));
      }),
      { numRuns: 5_000 },
    );
  });

  it('order a descending field the other way round', () => {
    fc.assert(
      fc.property(arbitraryValue, arbitraryValue, (a, b) => {
        expect(sign(Buffer.compare(invert(encodeValue(a)), invert(encodeValue(b))))).toBe(sign(compareValues(b, a)));
      }),
    );
  });

  it('order compound keys field by field, ascending and descending', () => {
    fc.assert(
      fc.property(arbitraryValue, arbitraryValue, arbitraryValue, arbitraryValue, (a1, a2, b1, b2) => {
        const a = Buffer.concat([encodeValue(a1), invert(encodeValue(a2))]);
        const b = Buffer.concat([encodeValue(b1), invert(encodeValue(b2))]);
        const expected = compareValues(a1, b1) || compareValues(b2, a2);
        expect(sign(Buffer.compare(a, b))).toBe(sign(expected));
      }),
      { numRuns: 1_000 },
    );
  });

  it('put everything that starts with a value between its key and the key with the upper byte', () => {
    fc.assert(
      fc.property(arbitraryValue, arbitraryValue, arbitraryValue, (value, next, other) => {
        const key = encodeValue(value);
        const upper = Buffer.concat([key, UPPER]);
        for (const continued of [encodeValue(next), invert(encodeValue(next))]) {
          expect(Buffer.compare(Buffer.concat([key, continued]), upper)).toBeLessThan(0);
        }
        fc.pre(compareValues(other, value) > 0);
        expect(Buffer.compare(encodeValue(other), upper)).toBeGreaterThan(0);
      }),
    );
  });
});
