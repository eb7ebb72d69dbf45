import { distanceM } from '@tiffin/contracts/geo';
import { describe, expect, it } from 'vitest';
import { homePlace, kitchenPlace } from './places.ts';
import { isThere, nextFixSeq, rideOn } from './ride.ts';

const kitchen = kitchenPlace('play-kitchen-0a1b2c');
const home = homePlace(kitchen);

describe('a ride', () => {
  it('goes 10 m in a second, straight towards its goal', () => {
    const { place, arrived } = rideOn(kitchen, home, 1_000);
    expect(arrived).toBe(false);
    expect(distanceM(kitchen, place)).toBeCloseTo(10, 0);
    expect(distanceM(kitchen, place) + distanceM(place, home)).toBeCloseTo(distanceM(kitchen, home), 0);
  });

  it('goes as far in one long step as in many short ones, as a page in the background makes them', () => {
    let place = kitchen;
    for (let second = 0; second < 30; second += 1) ({ place } = rideOn(place, home, 1_000));
    expect(distanceM(place, rideOn(kitchen, home, 30_000).place)).toBeLessThan(0.5);
  });

  it('ends at the goal itself, not beyond it', () => {
    expect(rideOn(kitchen, home, 600_000)).toEqual({ place: home, arrived: true });
    expect(rideOn(home, home, 0)).toEqual({ place: home, arrived: true });
  });

  it('has come near enough 20 m before', () => {
    expect(isThere(kitchen, home)).toBe(false);
    expect(isThere(rideOn(kitchen, home, 59_000).place, home)).toBe(true);
  });
});

it('numbers of reports rise within a millisecond and over a reload', () => {
  expect(nextFixSeq(0, 1_000)).toBe(1_000);
  expect(nextFixSeq(1_000, 1_000)).toBe(1_001);
  expect(nextFixSeq(1_001, 900)).toBe(1_002);
});
