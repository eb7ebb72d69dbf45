import type { Point } from '@tiffin/contracts/geo';
import { describe, expect, it } from 'vitest';
import { TRAIL_POINTS, type TrailPoint, withinBounds, worthKeeping } from './trail.ts';

const place = (northM: number): Point => ({ type: 'Point', coordinates: [77.6, 12.97 + northM / 111_319] });
const point = (second: number, northM: number): TrailPoint => ({
  at: new Date(second * 1_000),
  location: place(northM),
});
const seconds = (points: readonly TrailPoint[]) => points.map(({ at }) => at.getTime() / 1_000);

describe('a trail', () => {
  it('keeps a point after 25 m, and one every 10 s of a rider who stands', () => {
    const riding = Array.from({ length: 10 }, (_, second) => point(second, second * 9));
    const standing = Array.from({ length: 25 }, (_, second) => point(10 + second, 81));
    expect(seconds(worthKeeping(undefined, [...riding, ...standing]))).toEqual([0, 3, 6, 9, 19, 29]);
  });

  it('goes on where it ended', () => {
    expect(seconds(worthKeeping(point(0, 0), [point(1, 10), point(2, 30)]))).toEqual([2]);
  });

  it('loses every second point when it has too many, but neither its beginning nor its end', () => {
    const long = Array.from({ length: TRAIL_POINTS }, (_, second) => second);
    expect(withinBounds(long)).toBe(long);
    const longer = [...long, TRAIL_POINTS, TRAIL_POINTS + 1];
    const kept = withinBounds(longer);
    expect(kept).toHaveLength(TRAIL_POINTS / 2 + 2);
    expect([kept[0], kept[1], kept.at(-1)]).toEqual([0, 2, TRAIL_POINTS + 1]);
    expect(withinBounds(longer, 10).length).toBeLessThanOrEqual(10);
  });
});
