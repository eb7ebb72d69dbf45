import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byScore, type Rating, score, type Weights } from './score.ts';

const weights: Weights = { ageMPerS: 10, idleMPerMin: 20, idleLimitS: 1_800, refusalM: 500, thinkingM: 1_500 };
const plain: Rating = { distanceM: 1_000, ageS: 0, idleS: 0, acceptance: 1, isThinking: false };

describe('the score of a rider', () => {
  it.each<[string, Partial<Rating>, number]>([
    ['with nothing for or against him is his distance', {}, -1_000],
    ['at the door is zero, not minus zero', { distanceM: 0 }, 0],
    ['falls with each second of his position', { ageS: 30 }, -1_300],
    ['does not rise with a position from the future', { ageS: -4 }, -1_000],
    ['rises with each minute without a delivery', { idleS: 600 }, -800],
    ['rises no more beyond the limit', { idleS: 7_200 }, -400],
    ['takes one who never delivered for one idle to the limit', { idleS: undefined }, -400],
    ['falls with the share of offers he refused', { acceptance: 0.4 }, -1_300],
    ['falls while he is deciding about another offer', { isThinking: true }, -2_500],
    ['adds it all up', { ageS: 5, idleS: 300, acceptance: 0.5, isThinking: true }, -2_700],
  ])('%s', (_name, more, expected) => {
    expect(score({ ...plain, ...more }, weights)).toBe(expected);
    expect(Object.is(score({ ...plain, ...more }, weights), -0)).toBe(false);
  });

  const amount = (max: number) => fc.double({ min: 0, max, noNaN: true });
  const rating: fc.Arbitrary<Rating> = fc.record({
    distanceM: amount(20_000),
    ageS: amount(600),
    idleS: fc.option(amount(20_000), { nil: undefined }),
    acceptance: amount(1),
    isThinking: fc.boolean(),
  });
  const anyWeights: fc.Arbitrary<Weights> = fc.record({
    ageMPerS: amount(1_000),
    idleMPerMin: amount(1_000),
    idleLimitS: amount(10_000),
    refusalM: amount(10_000),
    thinkingM: amount(10_000),
  });
  const never = (better: (one: Rating, by: number) => Rating): void =>
    fc.assert(
      fc.property(rating, anyWeights, amount(5_000), (one, weigh, by) => {
        expect(score(better(one, by), weigh)).toBeGreaterThanOrEqual(score(one, weigh));
      }),
    );

  it('never falls when a rider is nearer, seen later, idle for longer, takes more of his offers or has no other before him', () => {
    never((one, by) => ({ ...one, distanceM: Math.max(0, one.distanceM - by) }));
    never((one, by) => ({ ...one, ageS: Math.max(0, one.ageS - by) }));
    never((one, by) => ({ ...one, idleS: one.idleS === undefined ? undefined : one.idleS + by }));
    never((one) => ({ ...one, idleS: undefined }));
    never((one, by) => ({ ...one, acceptance: Math.min(1, one.acceptance + by / 5_000) }));
    never((one) => ({ ...one, isThinking: false }));
  });

  const few = fc.record({ score: fc.integer({ min: -2, max: 2 }), distanceM: fc.integer({ min: 0, max: 2 }) });
  const luck = fc.array(fc.nat(), { minLength: 20, maxLength: 20 });
  it('puts the same riders into the same order, however they come', () =>
    fc.assert(
      fc.property(fc.array(few, { maxLength: 20 }), luck, (riders, drawn) => {
        const named = riders.map((rider, index) => ({ ...rider, riderId: `r${String(index).padStart(2, '0')}` }));
        const shuffled = named
          .map((rider, index) => ({ rider, at: drawn[index] ?? 0 }))
          .sort((one, other) => one.at - other.at)
          .map(({ rider }) => rider);
        expect(shuffled.sort(byScore)).toEqual(named.toSorted(byScore));
      }),
    ));

  it('puts the better score first, then the nearer, then the lower id', () => {
    const best = { score: -4, distanceM: 99, riderId: 'd' };
    const nearer = { score: -5, distanceM: 5, riderId: 'c' };
    const lower = { score: -5, distanceM: 9, riderId: 'a' };
    const last = { score: -5, distanceM: 9, riderId: 'b' };
    expect([last, lower, nearer, best].toSorted(byScore)).toEqual([best, nearer, lower, last]);
  });
});
