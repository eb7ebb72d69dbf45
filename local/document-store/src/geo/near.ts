import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isOperators } from '../query/filter-shape.ts';
import { readPoint, readPosition } from './geojson.ts';
import { EARTH_RADIUS, type Point } from './sphere.ts';

/** A query by distance: everything between the two distances (metres, both included) around `center`, nearest first. */
export interface Near {
  readonly path: string;
  readonly center: Point;
  readonly minimum: number;
  readonly maximum: number;
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

const readNear = (path: string, operator: string, operand: Value, condition: Document): Near => {
  if (isDocument(operand) && isDocument(operand.$geometry)) {
    const center = operand.$geometry.type === 'Point' ? readPosition(operand.$geometry.coordinates) : undefined;
    if (!center) throw new CommandError('BadValue', 'invalid point in geo near query $geometry argument');
    return {
      path,
      center,
      minimum: distanceOf('$minDistance', operand.$minDistance, 0),
      maximum: distanceOf('$maxDistance', operand.$maxDistance, Number.POSITIVE_INFINITY),
    };
  }
  const center = readPoint(operand);
  if (!center)
    throw new CommandError(
      'BadValue',
      `${operator} needs a point: {$geometry: {type: 'Point', coordinates: [lng, lat]}}`,
    );
  // A legacy pair measures in radians.
  return {
    path,
    center,
    minimum: distanceOf('$minDistance', condition.$minDistance, 0) * EARTH_RADIUS,
    maximum: distanceOf('$maxDistance', condition.$maxDistance, Number.POSITIVE_INFINITY) * EARTH_RADIUS,
  };
};

/** A distance of a query. @throws CommandError BadValue unless it is a number and not negative. */
export const distanceOf = (name: string, value: Value | undefined, otherwise: number): number => {
  if (value === undefined) return otherwise;
  const distance = Number(numberOf(value) ?? Number.NaN);
  if (!(distance >= 0)) throw new CommandError('BadValue', `${name} must be a non-negative number`);
  return distance;
};
