import type { Point } from '@tiffin/contracts/geo';

/** The south-west corner of the simulated city, in Bengaluru, and how far it is to its middle along either side. */
const CORNER = { lng: 77.58, lat: 12.95 };
const TO_THE_MIDDLE_M = 1_200;
const JITTER_M = 300;
const METRES_PER_DEGREE = 111_319;
const METRES_PER_DEGREE_EAST = METRES_PER_DEGREE * Math.cos((CORNER.lat * Math.PI) / 180);
/** 600 m as the crow flies: a minute's ride. */
const HOME_FROM_KITCHEN = { eastM: 480, northM: 360 };
const RIDER_FROM_KITCHEN = { eastM: -30, northM: 0 };

type Way = { readonly eastM: number; readonly northM: number };

const shifted = (lng: number, lat: number, { eastM, northM }: Way): Point => ({
  type: 'Point',
  coordinates: [
    Number((lng + eastM / METRES_PER_DEGREE_EAST).toFixed(7)),
    Number((lat + northM / METRES_PER_DEGREE).toFixed(7)),
  ],
});

const from = ({ coordinates: [lng, lat] }: Point, way: Way): Point => shifted(lng, lat, way);

/** 0 up to 1, always the same for the same text (FNV-1a, stirred once more so that the last letter counts as much as the first). */
const fractionOf = (text: string): number => {
  let hash = 2_166_136_261;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 739_982_445);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
};

/** Near the middle of the city, elsewhere for every owner, so that two people who play are not each other's neighbours. */
export const kitchenPlace = (ownerSub: string): Point =>
  shifted(CORNER.lng, CORNER.lat, {
    eastM: TO_THE_MIDDLE_M + (fractionOf(`east ${ownerSub}`) * 2 - 1) * JITTER_M,
    northM: TO_THE_MIDDLE_M + (fractionOf(`north ${ownerSub}`) * 2 - 1) * JITTER_M,
  });

/** Where the food goes. */
export const homePlace = (kitchen: Point): Point => from(kitchen, HOME_FROM_KITCHEN);

/** Where the rider waits: so near that the first offer is this rider's. */
export const riderPlace = (kitchen: Point): Point => from(kitchen, RIDER_FROM_KITCHEN);
