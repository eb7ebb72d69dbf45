import * as z from 'zod';

/** A GeoJSON point, `[longitude, latitude]` in degrees. */
export const point = z.strictObject({
  type: z.literal('Point'),
  coordinates: z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]),
});
export type Point = z.infer<typeof point>;

/** A point as some senders of a bare ready message write it. */
export const latitudeLongitude = z
  .object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
  .transform(({ latitude, longitude }): Point => ({ type: 'Point', coordinates: [longitude, latitude] }));

// The radius MongoDB uses for spherical distances, so that ours and `$near`'s agree.
const EARTH_RADIUS_M = 6_378_100;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Great-circle distance in metres. */
export const distanceM = (from: Point, to: Point): number => {
  const [fromLng, fromLat] = from.coordinates;
  const [toLng, toLat] = to.coordinates;
  const halfLat = Math.sin(radians(toLat - fromLat) / 2);
  const halfLng = Math.sin(radians(toLng - fromLng) / 2);
  const chord = halfLat ** 2 + Math.cos(radians(fromLat)) * Math.cos(radians(toLat)) * halfLng ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)));
};
