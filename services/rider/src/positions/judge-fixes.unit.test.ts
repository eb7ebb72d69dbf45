import { distanceM, type Point } from '@tiffin/contracts/geo';
import type { Fix } from '@tiffin/contracts/rider-api';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeFixes, type LastFix } from './judge-fixes.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000).toISOString();
const place = (northM: number): Point => ({ type: 'Point', coordinates: [77.6, 12.97 + northM / 111_319] });
const fix = (more: Partial<Fix> = {}): Fix => ({ seq: 8, at: at(0), location: place(0), accuracyM: 10, ...more });
const last: LastFix = { seq: 7, at: new Date(at(-10)), location: place(0) };
const reasonFor = (more: Partial<Fix>, known: LastFix | undefined = last) =>
  judgeFixes(known, [fix(more)], NOW).dropped[0]?.reason;

describe('D16: every reported position is judged', () => {
  it.each<[string, Partial<Fix>, string | undefined]>([
    ['a good fix', {}, undefined],
    ['100 m of inaccuracy', { accuracyM: 100 }, undefined],
    ['more than 100 m', { accuracyM: 100.1 }, 'inaccurate'],
    ['the same number', { seq: 7 }, 'repeated'],
    ['an earlier number', { seq: 3 }, 'repeated'],
    ['5 s ahead', { at: at(5) }, undefined],
    ['more than 5 s ahead', { at: at(5.001) }, 'future'],
    ['5 min ago', { at: at(-300) }, undefined],
    ['more than 5 min ago', { at: at(-300.001) }, 'old'],
    ['0,0', { location: { type: 'Point', coordinates: [0, 0] } }, 'nowhere'],
    ['399 m in 10 s', { location: place(399) }, undefined],
    ['401 m in 10 s', { location: place(401) }, 'too_fast'],
    ['20 m in the same instant', { at: at(-10), location: place(20) }, undefined],
    ['a jump in the same instant', { at: at(-10), location: place(900) }, 'too_fast'],
    ['a jump backwards in time', { at: at(-60), location: place(900) }, 'too_fast'],
  ])('%s', (_case, more, reason) => {
    expect(reasonFor(more)).toBe(reason);
  });

  it('takes any place and number as the first', () => {
    expect(judgeFixes(undefined, [fix({ seq: 0, location: place(50_000) })], NOW).taken).toHaveLength(1);
  });

  it('measures no speed from a place the rider only named', () => {
    const named: LastFix = { seq: 7, at: new Date(at(-1)) };
    expect(reasonFor({ location: place(3_000) }, named)).toBeUndefined();
    expect(reasonFor({ seq: 7 }, named)).toBe('repeated');
  });

  it('compares with accepted fixes only: a dropped one neither raises the number nor moves the rider', () => {
    const judged = judgeFixes(
      last,
      [
        fix({ seq: 50, accuracyM: 500 }),
        fix({ seq: 9, at: at(-2), location: place(5_000) }),
        fix({ seq: 10, at: at(-1), location: place(40) }),
        fix({ seq: 10, at: at(0), location: place(41) }),
      ],
      NOW,
    );
    expect(judged.dropped).toEqual([
      { seq: 50, reason: 'inaccurate' },
      { seq: 9, reason: 'too_fast' },
      { seq: 10, reason: 'repeated' },
    ]);
    expect(judged.taken).toMatchObject([{ seq: 10 }]);
  });

  it('accounts for every one of 50 points, and keeps what it accepted in order and plausible', async () => {
    const points = fc.array(
      fc.record({
        seq: fc.integer({ min: 0, max: 60 }),
        at: fc.integer({ min: -400, max: 10 }).map(at),
        location: fc.integer({ min: 0, max: 20_000 }).map(place),
        accuracyM: fc.integer({ min: 0, max: 150 }),
      }),
      { minLength: 1, maxLength: 50 },
    );
    await fc.assert(
      fc.asyncProperty(points, async (fixes) => {
        const judged = judgeFixes(undefined, fixes, NOW);
        expect(judged.taken.length + judged.dropped.length).toBe(fixes.length);
        // Judged one by one, from what was accepted before, the answers are the same.
        let known: LastFix | undefined;
        const taken: Fix[] = [];
        for (const one of fixes) {
          const [newest] = judgeFixes(known, [one], NOW).taken;
          if (!newest) continue;
          if (known) expect(newest.seq).toBeGreaterThan(known.seq);
          if (known?.location) {
            const seconds = Math.max(1, (Date.parse(newest.at) - known.at.getTime()) / 1_000);
            expect(distanceM(known.location, newest.location) / seconds).toBeLessThanOrEqual(40);
          }
          known = { seq: newest.seq, at: new Date(newest.at), location: newest.location };
          taken.push(one);
        }
        expect(judged.taken).toEqual(taken);
      }),
    );
  });
});
