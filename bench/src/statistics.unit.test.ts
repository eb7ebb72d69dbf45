import { describe, expect, it } from 'vitest';
import { quantile, ratioOf, spreadOf } from './statistics.ts';

describe('statistics', () => {
  it('takes the middle of an odd count and the mean of the two middle ones of an even count', () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 });
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('gives the value that the asked share does not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1)]).toEqual([50, 99, 100]);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('compares round with round, not median with median', () => {
    expect(ratioOf([10, 20, 30], [20, 20, 20])).toEqual({ median: 1, min: 0.5, max: 1.5 });
  });
});
