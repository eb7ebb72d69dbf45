import type { Point } from '@tiffin/contracts/geo';
import { place } from '@tiffin/testing/actors';

/** A square town: kitchens on a grid, some riders waiting around each, the others anywhere. */
export const KITCHENS = 49;
const KITCHENS_A_SIDE = 7;
const BETWEEN_KITCHENS_M = 3_000;
const SIDE_M = KITCHENS_A_SIDE * BETWEEN_KITCHENS_M;

export const kitchenPlace = (kitchen: number): Point => place(...gridPoint(kitchen));

const gridPoint = (kitchen: number): [eastM: number, northM: number] => [
  ((kitchen % KITCHENS_A_SIDE) + 0.5) * BETWEEN_KITCHENS_M,
  (Math.floor(kitchen / KITCHENS_A_SIDE) + 0.5) * BETWEEN_KITCHENS_M,
];

/** The `number`th rider who waits at a kitchen, 30 m and more away, one every 8 m. */
export const waitingPlace = (kitchen: number, number: number): Point => {
  const [eastM, northM] = gridPoint(kitchen);
  const awayM = 30 + number * 8;
  return place(eastM + awayM * Math.cos(number), northM + awayM * Math.sin(number));
};

/** So near a kitchen only those wait who can be asked. */
const KEPT_FREE_M = 600;

const awayFromNearestKitchen = (alongM: number): number =>
  Math.abs((alongM % BETWEEN_KITCHENS_M) - BETWEEN_KITCHENS_M / 2);

/** Anywhere in town, but not at a kitchen. */
export const somewhere = (random: () => number): Point => {
  for (;;) {
    const [eastM, northM] = [random() * SIDE_M, random() * SIDE_M];
    const awayM = Math.hypot(awayFromNearestKitchen(eastM), awayFromNearestKitchen(northM));
    if (awayM > KEPT_FREE_M) return place(eastM, northM);
  }
};

/** A customer's door, about 1.6 km from the kitchen. */
export const doorstep = (kitchen: number, number: number): Point => {
  const [eastM, northM] = gridPoint(kitchen);
  return place(eastM + 1_600 * Math.cos(number), northM + 1_600 * Math.sin(number));
};

/** Numbers from 0 to 1 that are the same in every run. */
export const seededRandom = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
