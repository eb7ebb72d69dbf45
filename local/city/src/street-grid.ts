import type { Point } from '@tiffin/contracts/geo';
import type { Random } from './random.ts';

/** A crossing or a place on a street, in metres east and north of the city's south-west corner. */
export type Spot = { readonly eastM: number; readonly northM: number };

/** The south-west corner of the simulated city, in Bengaluru. */
const CORNER = { lng: 77.58, lat: 12.95 };
const METRES_PER_DEGREE = 111_319;
const METRES_PER_DEGREE_EAST = METRES_PER_DEGREE * Math.cos((CORNER.lat * Math.PI) / 180);

export const CITY_SIZE_M = 2_400;
/** Streets run north-south and east-west, one each so many metres. */
const BLOCK_M = 100;

export const toPoint = ({ eastM, northM }: Spot): Point => ({
  type: 'Point',
  coordinates: [
    Number((CORNER.lng + eastM / METRES_PER_DEGREE_EAST).toFixed(7)),
    Number((CORNER.lat + northM / METRES_PER_DEGREE).toFixed(7)),
  ],
});

export const toSpot = ({ coordinates: [lng, lat] }: Point): Spot => ({
  eastM: (lng - CORNER.lng) * METRES_PER_DEGREE_EAST,
  northM: (lat - CORNER.lat) * METRES_PER_DEGREE,
});

/** A crossing anywhere in the city. */
export const anyCrossing = (random: Random): Spot => {
  const streets = CITY_SIZE_M / BLOCK_M + 1;
  return { eastM: random.index(streets) * BLOCK_M, northM: random.index(streets) * BLOCK_M };
};

/** A crossing at most about `withinM` from a spot, along either street. */
export const crossingNear = (spot: Spot, withinM: number, random: Random): Spot => ({
  eastM: onStreet(spot.eastM + random.between(-withinM, withinM)),
  northM: onStreet(spot.northM + random.between(-withinM, withinM)),
});

const onStreet = (metres: number) => Math.min(CITY_SIZE_M, Math.max(0, Math.round(metres / BLOCK_M) * BLOCK_M));

/** One step of at most `metres` towards a goal, along the streets: first east-west, then north-south. Arrived is the goal itself. */
export const stepTowards = (from: Spot, goal: Spot, metres: number): Spot => {
  const eastLeft = goal.eastM - from.eastM;
  const east = Math.sign(eastLeft) * Math.min(Math.abs(eastLeft), metres);
  const northLeft = goal.northM - from.northM;
  const north = Math.sign(northLeft) * Math.min(Math.abs(northLeft), metres - Math.abs(east));
  return { eastM: from.eastM + east, northM: from.northM + north };
};

export const isAt = (spot: Spot, goal: Spot): boolean =>
  Math.abs(spot.eastM - goal.eastM) < 1 && Math.abs(spot.northM - goal.northM) < 1;

/** How far it is along the streets. */
export const wayM = (from: Spot, to: Spot): number =>
  Math.abs(from.eastM - to.eastM) + Math.abs(from.northM - to.northM);
