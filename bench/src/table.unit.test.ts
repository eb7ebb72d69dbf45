import { describe, expect, it } from 'vitest';
import { type Figure, meets } from './figure.ts';
import { tableOf } from './table.ts';

const spread = (median: number) => ({ median, min: median * 0.9, max: median * 1.1 });
const faster: Figure = {
  name: 'publish, window 100',
  unit: '/s',
  ours: spread(27_000),
  beside: { what: 'raw amqplib', figure: spread(30_000), ratio: spread(0.9) },
  target: { of: 'ratio', atLeast: 0.85 },
};
const slower: Figure = { name: 'boot', unit: 's', ours: spread(9), target: { of: 'figure', atMost: 8 } };

describe('the table', () => {
  it('puts the peer, the ratio and the target beside each figure', () => {
    const [, first, second] = tableOf([faster, slower]).split('\n');
    expect(first).toMatch(/27 000\/s \(24 300–29 700\) +30 000\/s .* raw amqplib +0\.90× .* ≥ 0\.85× +kept$/);
    expect(second).toMatch(/^boot +9\.00 s \(8\.10–9\.90\) +≤ 8 s +MISSED$/);
  });

  it('judges the median, by figure or by ratio, and never calls a missing one kept', () => {
    expect(meets(faster)).toBe(true);
    expect(meets(slower)).toBe(false);
    expect(meets({ ...slower, target: { of: 'ratio', atLeast: 1 } })).toBe(false);
    expect(meets({ name: 'free', unit: 'ms', ours: spread(1) })).toBeUndefined();
  });
});
