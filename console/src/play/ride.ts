import { distanceM, type Point } from '@tiffin/contracts/geo';

/** A scooter in traffic. The services refuse more than 40 m/s as a jump of the receiver. */
export const RIDING_M_PER_S = 10;
const THERE_M = 20;

/** Where a rider is who has ridden straight towards a goal for so long; at the goal it is over. */
export const rideOn = (place: Point, goal: Point, ms: number): { place: Point; arrived: boolean } => {
  const leftM = distanceM(place, goal);
  const riddenM = (RIDING_M_PER_S * ms) / 1_000;
  if (riddenM >= leftM) return { place: goal, arrived: true };
  const part = riddenM / leftM;
  const between = (from: number, to: number) => Number((from + (to - from) * part).toFixed(7));
  const [fromLng, fromLat] = place.coordinates;
  const [toLng, toLat] = goal.coordinates;
  return { place: { type: 'Point', coordinates: [between(fromLng, toLng), between(fromLat, toLat)] }, arrived: false };
};

/** Near enough to hand something over. */
export const isThere = (place: Point, goal: Point): boolean => distanceM(place, goal) < THERE_M;

/** Numbers of position reports rise, also over a reload of the page: the clock does, and two in one millisecond count on. */
export const nextFixSeq = (last: number, nowMs: number): number => Math.max(last + 1, nowMs);
