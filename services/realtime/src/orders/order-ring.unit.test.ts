import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRing, entriesSince, fill, giveUpGap, hear, type Numbered, oldestSince } from './order-ring.ts';

const entry = (seq: number): Numbered => ({ seq });
const seqs = (entries: readonly Numbered[] | undefined) => entries?.map(({ seq }) => seq);
const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, at) => entry(from + at));

describe('the ring of one order', () => {
  it('tells each event once and drops repeats', () => {
    const ring = createRing(entry(1));
    expect(seqs(hear(ring, entry(2)))).toEqual([2]);
    expect(seqs(hear(ring, entry(2)))).toEqual([]);
    expect(seqs(hear(ring, entry(1)))).toEqual([]);
  });

  it('holds back what came too early and tells it behind what was missing', () => {
    const ring = createRing(entry(1));
    expect(seqs(hear(ring, entry(4)))).toEqual([]);
    expect(seqs(hear(ring, entry(3)))).toEqual([]);
    expect(seqs(hear(ring, entry(2)))).toEqual([2, 3, 4]);
    expect(ring.held.size).toBe(0);
  });

  it('is filled from the history at both ends', () => {
    const ring = createRing(entry(4));
    hear(ring, entry(7));
    expect(seqs(fill(ring, upTo(6)))).toEqual([5, 6, 7]);
    expect(oldestSince(ring)).toBe(0);
    expect(seqs(entriesSince(ring, 0))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('answers only from where it reaches to', () => {
    const ring = createRing(entry(5));
    hear(ring, entry(6));
    expect(entriesSince(ring, 3)).toBeUndefined();
    expect(seqs(entriesSince(ring, 4))).toEqual([5, 6]);
    expect(seqs(entriesSince(ring, 6))).toEqual([]);
    expect(entriesSince(ring, 7)).toBeUndefined();
  });

  it('keeps the newest 64 events', () => {
    const ring = createRing(entry(1));
    fill(ring, upTo(100));
    expect(ring.entries).toHaveLength(64);
    expect(oldestSince(ring)).toBe(36);
    expect(entriesSince(ring, 35)).toBeUndefined();
    expect(seqs(entriesSince(ring, 98))).toEqual([99, 100]);
  });

  it('lets go of what it held, in order, when it stops waiting', () => {
    const ring = createRing(entry(1));
    for (const seq of [9, 4, 5, 8]) hear(ring, entry(seq));
    expect(seqs(giveUpGap(ring))).toEqual([4, 5, 8, 9]);
    expect(oldestSince(ring)).toBe(7);
    expect(seqs(entriesSince(ring, 7))).toEqual([8, 9]);
    expect(seqs(fill(ring, upTo(9)))).toEqual([]);
    expect(oldestSince(ring)).toBe(0);
  });

  it('stays contiguous and tells in rising order, whatever arrives', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('event' as const), seq: fc.integer({ min: 1, max: 90 }) }),
      fc.record({ kind: fc.constant('history' as const), after: fc.nat(90), last: fc.nat(90) }),
      fc.record({ kind: fc.constant('give-up' as const) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 120 }), (first, steps) => {
        const ring = createRing(entry(first));
        const told = [first];
        for (const one of steps) {
          const before = ring.last;
          const appended =
            one.kind === 'event'
              ? hear(ring, entry(one.seq))
              : one.kind === 'history'
                ? fill(ring, upTo(one.last, Math.min(one.after, before) + 1))
                : giveUpGap(ring);
          told.push(...appended.map(({ seq }) => seq));
          expect(ring.entries.length).toBeLessThanOrEqual(64);
          expect(seqs(ring.entries)).toEqual(seqs(upTo(ring.last, oldestSince(ring) + 1)));
        }
        expect(told).toEqual([...new Set(told)].sort((one, other) => one - other));
      }),
      { numRuns: 300 },
    );
  });
});
