import type { Point } from '@tiffin/contracts/geo';

/** More than ten kilometres from the nearest corner of the simulated city, whose riders therefore are never nearer, nor asked. */
const KITCHEN = { lng: 77.69, lat: 13.05 };
const METRES_PER_DEGREE = 111_319;
const METRES_PER_DEGREE_EAST = METRES_PER_DEGREE * Math.cos((KITCHEN.lat * Math.PI) / 180);

/** So far from the kitchen of the race, to the east and to the north. */
export const nearKitchen = (eastM: number, northM: number): Point => ({
  type: 'Point',
  coordinates: [
    Number((KITCHEN.lng + eastM / METRES_PER_DEGREE_EAST).toFixed(7)),
    Number((KITCHEN.lat + northM / METRES_PER_DEGREE).toFixed(7)),
  ],
});

/** Somewhere around the kitchen, 50 to 400 m away: nobody knows who will be nearest. */
export const somewhereNear = (): Point => {
  const angle = Math.random() * 2 * Math.PI;
  const awayM = 50 + Math.random() * 350;
  return nearKitchen(Math.cos(angle) * awayM, Math.sin(angle) * awayM);
};
