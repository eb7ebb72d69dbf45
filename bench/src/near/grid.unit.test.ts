import { distanceM, type Point } from '@tiffin/contracts/geo';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGrid } from './grid.ts';

const RUNS = process.env.TIFFIN_LONG ? 20_000 : 200;
const corners: readonly [Point, Point] = [
  { type: 'Point', coordinates: [77.55, 12.92] },
  { type: 'Point', coordinates: [77.65, 13.02] },
];
/** Around the city and a little beyond it; few enough places that some riders share one. */
const place = fc
  .tuple(fc.integer({ min: -10, max: 90 }), fc.integer({ min: -10, max: 90 }))
  .map(([east, north]): Point => ({ type: 'Point', coordinates: [77.55 + east / 800, 12.92 + north / 800] }));
const step = fc.record({ rider: fc.nat({ max: 59 }), at: fc.option(place, { nil: undefined, freq: 5 }) });

describe('the grid', () => {
  it('D18: finds the same riders as looking at everybody, whoever came, moved and went before', () =>
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200, size: 'max' }),
        place,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 50, max: 9_000 }),
        fc.constantFrom(150, 500, 2_000),
        (steps, middle, count, reachM, cellM) => {
          const grid = createGrid({ corners, cellM, riders: 60 });
          const there = new Map<number, Point>();
          for (const { rider, at } of steps) {
            if (at) {
              grid.put(rider, at);
              there.set(rider, at);
            } else {
              grid.remove(rider);
              there.delete(rider);
            }
          }
          const away = (rider: number) => distanceM(middle, there.get(rider) ?? middle);
          const best = [...there.keys()].map(away).filter((metres) => metres <= reachM);
          const found = grid.nearest(middle, count, reachM);
          expect(new Set(found).size).toBe(found.length);
          const distances = best.toSorted((one, other) => one - other).slice(0, count);
          expect(found).toHaveLength(distances.length);
          for (const [index, rider] of found.entries()) {
            expect(there.has(rider)).toBe(true);
            expect(away(rider)).toBeCloseTo(distances[index] ?? Number.NaN, 5);
          }
        },
      ),
      { numRuns: RUNS },
    ));

  it('takes the lower number of riders who are equally near', () => {
    const grid = createGrid({ corners, cellM: 500, riders: 9 });
    for (const rider of [7, 3, 5, 1]) grid.put(rider, corners[0]);
    expect(grid.nearest(corners[0], 3, 100)).toEqual([1, 3, 5]);
  });
});
