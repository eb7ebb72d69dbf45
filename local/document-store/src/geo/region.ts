import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { readPoint, readPosition, readRing } from './geojson.ts';
import {
  angleBetween,
  type Box,
  boxAround,
  boxOfDegrees,
  cross,
  distanceBetween,
  dot,
  EARTH_RADIUS,
  normalize,
  type Point,
  toVector,
  type Vector,
} from './sphere.ts';

/** An area a point can be in. */
export interface Region {
  contains(point: Point): boolean;
  /** Holds every point of the area, for a first look in an index. */
  readonly boxes: readonly Box[];
}

/**
 * Reads the operand of `$geoWithin` or `$geoIntersects`.
 * @throws CommandError BadValue for shapes MongoDB refuses, IllegalOperation for shapes this store does not know.
 */
export const readRegion = (operator: string, operand: Value): Region => {
  if (!isDocument(operand)) throw new CommandError('BadValue', `${operator}: geometry must be an object`);
  const [name] = Object.keys(operand);
  if (name === undefined) throw new CommandError('BadValue', "geo query doesn't have any geometry");
  const shape = operand[name] ?? null;
  if (name === '$geometry' && isDocument(shape)) return readGeometryRegion(operator, shape);
  if (operator === '$geoWithin') {
    if (name === '$centerSphere') return readCap(shape);
    if (name === '$box') return readBox(shape);
    if (name === '$polygon') return readFlatPolygon(shape);
    if (name === '$center') return readDisc(shape);
  }
  throw new CommandError('BadValue', `unknown geo specifier: ${name}`);
};

const malformed = (what: string): never => {
  throw new CommandError(
    'BadValue',
    `${what} is malformed: positions are [longitude, latitude] within -180..180 and -90..90`,
  );
};

const readCircle = (name: string, shape: Value): { center: Point; radius: number } => {
  const [position, size] = Array.isArray(shape) ? shape : [];
  const center = readPoint(position);
  const radius = Number(numberOf(size) ?? Number.NaN);
  if (!center || !(radius >= 0)) return malformed(name);
  return { center, radius };
};

const readCap = (shape: Value): Region => {
  const { center, radius } = readCircle('$centerSphere', shape);
  return {
    contains: (point) => distanceBetween(center, point) / EARTH_RADIUS <= radius,
    boxes: [boxAround(toVector(center), radius)],
  };
};

const readDisc = (shape: Value): Region => {
  const { center, radius } = readCircle('$center', shape);
  return {
    contains: (point) => Math.hypot(point.lng - center.lng, point.lat - center.lat) <= radius,
    boxes: [boxOfDegrees(center.lng - radius, center.lat - radius, center.lng + radius, center.lat + radius)],
  };
};

const readBox = (shape: Value): Region => {
  const [one, other] = (Array.isArray(shape) ? shape : []).map(readPosition);
  if (!one || !other) return malformed('$box');
  const [west, east] = [Math.min(one.lng, other.lng), Math.max(one.lng, other.lng)];
  const [south, north] = [Math.min(one.lat, other.lat), Math.max(one.lat, other.lat)];
  return {
    contains: ({ lng, lat }) => lng >= west && lng <= east && lat >= south && lat <= north,
    boxes: [boxOfDegrees(west, south, east, north)],
  };
};

const readFlatPolygon = (shape: Value): Region => {
  const ring = readRing(shape);
  if (!ring || ring.length < 3) return malformed('$polygon');
  const lngs = ring.map((point) => point.lng);
  const lats = ring.map((point) => point.lat);
  const flat = ring.map(({ lng, lat }): Flat => [lng, lat]);
  return {
    contains: ({ lng, lat }) => inFlatRing([lng, lat], flat),
    boxes: [boxOfDegrees(Math.min(...lngs), Math.min(...lats), Math.max(...lngs), Math.max(...lats))],
  };
};

const LINES_AND_POINTS = ['Point', 'MultiPoint', 'LineString', 'MultiLineString'];
const GEO_JSON = [...LINES_AND_POINTS, 'Polygon', 'MultiPolygon', 'GeometryCollection'];

const readGeometryRegion = (operator: string, shape: Document): Region => {
  const type = String(shape.type);
  if (!GEO_JSON.includes(type)) throw new CommandError('BadValue', `unknown GeoJSON type: ${type}`);
  if (operator === '$geoWithin' && LINES_AND_POINTS.includes(type)) {
    throw new CommandError('BadValue', `$within not supported with provided geometry: ${type} holds nothing`);
  }
  if (type === 'Point') return readPlaces([readPosition(shape.coordinates)]);
  if (type === 'MultiPoint' && Array.isArray(shape.coordinates)) return readPlaces(shape.coordinates.map(readPosition));
  if (shape.type === 'Polygon') return readPolygon(shape.coordinates);
  if (shape.type === 'MultiPolygon' && Array.isArray(shape.coordinates)) {
    const polygons = shape.coordinates.map(readPolygon);
    return {
      contains: (point) => polygons.some((polygon) => polygon.contains(point)),
      boxes: polygons.flatMap((polygon) => polygon.boxes),
    };
  }
  throw unsupported(`$geometry of type ${type} in a query`);
};

/** Points as an area: where `$geoIntersects` finds points, it finds the same ones. */
const readPlaces = (places: readonly (Point | undefined)[]): Region => {
  const points = places.filter((place) => place !== undefined);
  if (points.length === 0 || points.length < places.length) return malformed('a Point');
  const vectors = points.map(toVector);
  return {
    contains: (point) => {
      const vector = toVector(point);
      return vectors.some((place) => angleBetween(place, vector) < SAME_PLACE);
    },
    boxes: vectors.map((vector) => boxAround(vector, SAME_PLACE)),
  };
};

/** Radians: what rounding makes of one place, such as a pole seen at two longitudes. */
const SAME_PLACE = 1e-15;

/**
 * A GeoJSON polygon: its edges are great circles, its first ring is the border and the others are holes. Seen from its middle
 * (gnomonic projection) great circles are straight lines, so inside is decided on a plane.
 */
const readPolygon = (coordinates: Value | undefined): Region => {
  const rings = (Array.isArray(coordinates) ? coordinates : []).map(readRing);
  const [border, ...holes] = rings;
  if (!border || border.length < 4 || holes.some((hole) => !hole)) return malformed('Polygon');
  const [first, last] = [border[0], border.at(-1)];
  if (first?.lng !== last?.lng || first?.lat !== last?.lat) {
    throw new CommandError(
      'BadValue',
      'Loop is not closed: the first and last position of a Polygon ring must be equal',
    );
  }
  const corners = border.slice(1).map(toVector);
  const sum = corners.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y, z: a.z + b.z }));
  const middle = normalize(sum);
  const reach = Math.max(...corners.map((corner) => angleBetween(middle, corner)));
  if (!(reach < (85 * Math.PI) / 180)) throw unsupported('a Polygon that spans about half the earth');
  const project = projectionFrom(middle);
  const flat = [border, ...holes.filter((hole) => hole !== undefined)].map((ring) =>
    ring.map((point) => project(toVector(point))),
  );
  const [outer = [], ...inner] = flat;
  if (flat.some(crossesItself)) throw new CommandError('BadValue', 'Loop is not valid: edges of the Polygon cross');
  const contains = (point: Point): boolean => {
    const vector = toVector(point);
    if (dot(middle, vector) <= 0) return false;
    const at = project(vector);
    return inFlatRing(at, outer) && !inner.some((hole) => inFlatRing(at, hole));
  };
  return { contains, boxes: [boxAround(middle, reach)] };
};

type Flat = readonly [number, number];

const projectionFrom = (middle: Vector): ((vector: Vector) => Flat) => {
  const away = Math.abs(middle.z) < 0.9 ? { x: 0, y: 0, z: 1 } : { x: 1, y: 0, z: 0 };
  const right = normalize(cross(away, middle));
  const up = cross(middle, right);
  return (vector) => {
    const depth = dot(vector, middle);
    return [dot(vector, right) / depth, dot(vector, up) / depth];
  };
};

/** Whether two edges of a closed ring that are no neighbours cross. */
const crossesItself = (ring: readonly Flat[]): boolean => {
  const edges = ring.slice(1).map((end, index): readonly [Flat, Flat] => [ring[index] ?? end, end]);
  return edges.some(([a, b], index) =>
    edges
      .slice(index + 2)
      .some(([c, d]) => sideOf(a, b, c) * sideOf(a, b, d) < 0 && sideOf(c, d, a) * sideOf(c, d, b) < 0),
  );
};

/** On which side of the line from `a` to `b` a point is. */
const sideOf = ([ax, ay]: Flat, [bx, by]: Flat, [x, y]: Flat): number =>
  Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));

/** Even-odd rule; a point on an edge counts as inside. */
const inFlatRing = ([x, y]: Flat, ring: readonly Flat[]): boolean => {
  let inside = false;
  let [previousX, previousY] = ring.at(-1) ?? [0, 0];
  for (const [cornerX, cornerY] of ring) {
    const side = (cornerX - previousX) * (y - previousY) - (cornerY - previousY) * (x - previousX);
    const between =
      Math.min(previousX, cornerX) <= x &&
      x <= Math.max(previousX, cornerX) &&
      Math.min(previousY, cornerY) <= y &&
      y <= Math.max(previousY, cornerY);
    if (side === 0 && between) return true;
    if (
      cornerY > y !== previousY > y &&
      x < ((previousX - cornerX) * (y - cornerY)) / (previousY - cornerY) + cornerX
    ) {
      inside = !inside;
    }
    [previousX, previousY] = [cornerX, cornerY];
  }
  return inside;
};
