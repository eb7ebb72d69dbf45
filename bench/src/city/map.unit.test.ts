import { distanceM } from '@tiffin/contracts/geo';
import { describe, expect, it } from 'vitest';
import { doorstep, KITCHENS, kitchenPlace, seededRandom, somewhere, waitingPlace } from './map.ts';

const kitchens = Array.from({ length: KITCHENS }, (_, kitchen) => kitchenPlace(kitchen));
const nearestKitchenM = (from: ReturnType<typeof kitchenPlace>) =>
  Math.min(...kitchens.map((kitchen) => distanceM(kitchen, from)));

describe('the town', () => {
  it('keeps kitchens so far apart that one never borrows the riders of another', () => {
    for (const [index, kitchen] of kitchens.entries()) {
      const others = kitchens.filter((_, other) => other !== index);
      expect(Math.min(...others.map((other) => distanceM(kitchen, other)))).toBeGreaterThan(2_500);
    }
  });

  it('puts those who wait nearer to their kitchen than anybody else, and customers within its reach', () => {
    const random = seededRandom(7);
    for (let number = 0; number < 500; number += 1) {
      expect(nearestKitchenM(somewhere(random))).toBeGreaterThan(590);
      expect(nearestKitchenM(waitingPlace(number % KITCHENS, number % 20))).toBeLessThan(200);
      expect(distanceM(kitchenPlace(number % KITCHENS), doorstep(number % KITCHENS, number))).toBeLessThan(2_000);
    }
  });
});
