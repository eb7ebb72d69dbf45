/** Geometry on MongoDB's sphere. Angles in degrees where a name says lng or lat, in radians elsewhere; distances in metres. */

/** The radius MongoDB's spherical queries use, in metres (its `kRadiusOfEarthInMeters`). */
export const EARTH_RADIUS = 6_378_100;

export interface Point {
  readonly lng: number;
  readonly lat: number;
}

/** A point on the unit sphere: no seam at the antimeridian and no crowding at the poles. */
export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A box around part of the unit sphere, for the R*Tree. */
export interface Box {
  readonly low: Vector;
  readonly high: Vector;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

export const toVector = ({ lng, lat }: Point): Vector => {
  const height = Math.cos(radians(lat));
  return { x: height * Math.cos(radians(lng)), y: height * Math.sin(radians(lng)), z: Math.sin(radians(lat)) };
};

/** Great-circle distance in metres (haversine, which stays exact for near points). */
export const distanceBetween = (a: Point, b: Point): number => {
  const sinLat = Math.sin(radians(b.lat - a.lat) / 2);
  const sinLng = Math.sin(radians(b.lng - a.lng) / 2);
  const h = sinLat * sinLat + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * sinLng * sinLng;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
};

// The R*Tree keeps 32-bit floats; this covers their rounding, about a metre, many times over.
const SLACK = 1e-6;

/** The box that holds every point within `angle` radians of the centre. */
export const boxAround = (center: Vector, angle: number): Box => {
  const reach = 2 * Math.sin(Math.min(angle, Math.PI) / 2) + SLACK;
  return {
    low: { x: center.x - reach, y: center.y - reach, z: center.z - reach },
    high: { x: center.x + reach, y: center.y + reach, z: center.z + reach },
  };
};

/** The box that holds every point between these longitudes and latitudes. */
export const boxOfDegrees = (west: number, south: number, east: number, north: number): Box => {
  const height = cosineRange(south, north);
  const x = product(height, cosineRange(west, east));
  const y = product(height, cosineRange(west - 90, east - 90));
  const z: Range = [Math.sin(radians(south)), Math.sin(radians(north))];
  return {
    low: { x: x[0] - SLACK, y: y[0] - SLACK, z: Math.min(...z) - SLACK },
    high: { x: x[1] + SLACK, y: y[1] + SLACK, z: Math.max(...z) + SLACK },
  };
};

type Range = readonly [number, number];

const cosineRange = (from: number, to: number): Range => {
  const ends = [Math.cos(radians(from)), Math.cos(radians(to))];
  const passes = (degrees: number): boolean => Math.ceil((from - degrees) / 360) * 360 + degrees <= to;
  return [passes(180) ? -1 : Math.min(...ends), passes(0) ? 1 : Math.max(...ends)];
};

const product = ([a, b]: Range, [c, d]: Range): Range => {
  const corners = [a * c, a * d, b * c, b * d];
  return [Math.min(...corners), Math.max(...corners)];
};

export const dot = (a: Vector, b: Vector): number => a.x * b.x + a.y * b.y + a.z * b.z;

export const cross = (a: Vector, b: Vector): Vector => ({
  x: a.y * b.z - a.z * b.y,
  y: a.z * b.x - a.x * b.z,
  z: a.x * b.y - a.y * b.x,
});

export const normalize = (vector: Vector): Vector => {
  const length = Math.sqrt(dot(vector, vector));
  return { x: vector.x / length, y: vector.y / length, z: vector.z / length };
};

/** The angle between two unit vectors, in radians. */
export const angleBetween = (a: Vector, b: Vector): number => {
  const normal = cross(a, b);
  return Math.atan2(Math.sqrt(dot(normal, normal)), dot(a, b));
};
