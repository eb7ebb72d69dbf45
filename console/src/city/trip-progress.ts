import type { Spot } from './plane.ts';

/** How far along the line from the kitchen to the door somebody is, from 0 to 1. */
export const tripProgress = (from: Spot, to: Spot, here: Spot): number => {
  const length = (to.x - from.x) ** 2 + (to.y - from.y) ** 2;
  if (length === 0) return 1;
  const along = (here.x - from.x) * (to.x - from.x) + (here.y - from.y) * (to.y - from.y);
  return Math.min(1, Math.max(0, along / length));
};
