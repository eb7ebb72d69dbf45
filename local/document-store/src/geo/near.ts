import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { type CodeName, CommandError } from '../command-error.ts';
import { isOperators } from '../query/filter-shape.ts';
import { readPoint, readPosition } from './geojson.ts';
import { EARTH_RADIUS, type Point } from './sphere.ts';

/** A query by distance: everything between the two distances (metres, both included) around `center`, nearest first. */
export interface Near {
  readonly path: string;
  readonly center: Point;
  readonly minimum: number;
  readonly maximum: number;
  /** Distances on a plane, which only a 2d index can answer. */
  readonly flat: boolean;
}

/**
 * Takes `$near` or `$nearSphere` out of a filter, wherever `$and` may have put it.
 * @throws CommandError BadValue when there are two, or the point is none.
 */
export const splitNear = (filter: Document): { near: Near | undefined; rest: Document } => {
  let near: Near | undefined;
  const found = (one: Near): void => {
    if (near) throw new CommandError('BadValue', 'Too many geoNear expressions');
    near = one;
  };
  const rest = withoutNear(filter, found);
  return { near, rest };
};

const withoutNear = (filter: Document, found: (near: Near) => void): Document => {
  if (!mentionsNear(filter)) return filter;
  const rest: Document = {};
  for (const name of Object.keys(filter)) {
    const condition = filter[name] ?? null;
    if (name === '$and' && Array.isArray(condition)) {
      rest.$and = condition.map((clause) => (isDocument(clause) ? withoutNear(clause, found) : clause));
    } else if (isOperators(condition) && ('$near' in condition || '$nearSphere' in condition)) {
      const { $near, $nearSphere, $maxDistance, $minDistance, ...others } = condition;
      found(readNear(name, $near !== undefined ? '$near' : '$nearSphere', $near ?? $nearSphere ?? null, condition));
      if (Object.keys(others).length > 0) rest[name] = others;
    } else {
      rest[name] = condition;
    }
  }
  return rest;
};

const mentionsNear = (filter: Document): boolean =>
  Object.keys(filter).some((name) => {
    const condition = filter[name];
    if (name === '$and')
      return Array.isArray(condition) && condition.some((clause) => isDocument(clause) && mentionsNear(clause));
    return isDocument(condition) && ('$near' in condition || '$nearSphere' in condition);
  });

/** The codes of one distance: for what is no number, and for what is negative. */
interface DistanceCodes {
  readonly type: CodeName;
  readonly negative: CodeName;
}

const readNear = (path: string, operator: string, operand: Value, condition: Document): Near => {
  if (isDocument(operand) && operand.$geometry !== undefined) return readInside(path, operand, condition, operator);
  const center = readPoint(operand);
  if (!center)
    throw new CommandError('BadValue', `$geometry is required for geo near query: ${operator} needs a point`);
  const minimum = distanceOf('$minDistance', condition.$minDistance, 0, LEGACY_MINIMUM);
  const maximum = distanceOf('$maxDistance', condition.$maxDistance, Number.POSITIVE_INFINITY, LEGACY_MAXIMUM);
  const isGeoJson = isDocument(operand) && operand.type !== undefined;
  // A legacy pair measures in radians, on a sphere if the operator says so.
  const unit = isGeoJson ? 1 : EARTH_RADIUS;
  return {
    path,
    center,
    minimum: minimum * unit,
    maximum: maximum * unit,
    flat: !isGeoJson && operator === '$near',
  };
};

const LEGACY_MINIMUM: DistanceCodes = { type: 'Location16893', negative: 'Location16894' };
const LEGACY_MAXIMUM: DistanceCodes = { type: 'Location16895', negative: 'Location16896' };
const INSIDE: DistanceCodes = { type: 'BadValue', negative: 'BadValue' };

/** `{ $near: { $geometry, $minDistance, $maxDistance } }`, which has all its arguments inside. */
const readInside = (path: string, operand: Document, condition: Document, operator: string): Near => {
  const beside = Object.keys(condition).find((name) => name !== operator);
  if (beside !== undefined) {
    throw new CommandError(
      'BadValue',
      `geo near accepts just one argument when querying for a GeoJSON point. Extra field found: ${beside}`,
    );
  }
  const unknown = Object.keys(operand).find((name) => !['$geometry', '$minDistance', '$maxDistance'].includes(name));
  if (unknown !== undefined) throw new CommandError('BadValue', `invalid argument in geo near query: ${unknown}`);
  const { $geometry } = operand;
  const center = isDocument($geometry) && $geometry.type === 'Point' ? readPosition($geometry.coordinates) : undefined;
  if (!center) throw new CommandError('BadValue', 'invalid point in geo near query $geometry argument');
  return {
    path,
    center,
    minimum: distanceOf('$minDistance', operand.$minDistance, 0, INSIDE),
    maximum: distanceOf('$maxDistance', operand.$maxDistance, Number.POSITIVE_INFINITY, INSIDE),
    flat: false,
  };
};

/** A distance of a query. @throws CommandError unless it is a number and not negative. */
export const distanceOf = (name: string, value: Value | undefined, otherwise: number, codes: DistanceCodes): number => {
  if (value === undefined) return otherwise;
  const number = numberOf(value);
  if (number === undefined) throw new CommandError(codes.type, `${name} must be a number`);
  if (!(Number(number) >= 0)) throw new CommandError(codes.negative, `${name} must be non-negative`);
  return Number(number);
};
