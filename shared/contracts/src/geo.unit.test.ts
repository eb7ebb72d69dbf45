import { expect, it } from 'vitest';
import { distanceM, point } from './geo.ts';

const at = (lng: number, lat: number) => ({ type: 'Point' as const, coordinates: [lng, lat] as [number, number] });

it('a degree of latitude is 111 kilometres, everywhere and across the antimeridian', () => {
  expect(distanceM(at(0, 0), at(0, 1))).toBeCloseTo(111_318.8, 0);
  expect(distanceM(at(179.5, 0), at(-179.5, 0))).toBeCloseTo(111_318.8, 0);
  expect(distanceM(at(0, 90), at(123, 90))).toBeCloseTo(0, 6);
});

it.each([
  { coordinates: [0, 90.0001] },
  { coordinates: [181, 0] },
  { coordinates: [Number.NaN, 0] },
  { coordinates: ['77', '12'] },
  { coordinates: [77] },
  { coordinates: [77, 12, 3] },
])('H131: %j is no place on earth', ({ coordinates }) => {
  expect(point.safeParse({ type: 'Point', coordinates }).success).toBe(false);
});
