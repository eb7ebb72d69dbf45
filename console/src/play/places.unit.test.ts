import { distanceM } from '@tiffin/contracts/geo';
import { expect, test } from 'vitest';
import { homePlace, kitchenPlace, riderPlace } from './places.ts';

const MIDDLE = { type: 'Point' as const, coordinates: [77.5910613, 12.9607799] as [number, number] };

test('a kitchen stands near the middle of the city, always at the same place for the same owner', () => {
  const kitchen = kitchenPlace('play-kitchen-0a1b2c');
  expect(kitchenPlace('play-kitchen-0a1b2c')).toEqual(kitchen);
  expect(distanceM(kitchen, MIDDLE)).toBeLessThan(450);
});

test('two owners have their kitchens at two places', () => {
  expect(distanceM(kitchenPlace('play-kitchen-000001'), kitchenPlace('play-kitchen-000002'))).toBeGreaterThan(1);
});

test('the home is 600 m and the rider 30 m from the kitchen', () => {
  const kitchen = kitchenPlace('play-kitchen-0a1b2c');
  expect(distanceM(kitchen, homePlace(kitchen))).toBeCloseTo(600, -1);
  expect(distanceM(kitchen, riderPlace(kitchen))).toBeCloseTo(30, 0);
});
