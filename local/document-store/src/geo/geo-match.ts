import type { Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { readPoint } from './geojson.ts';
import { readRegion } from './region.ts';

const OPERATORS = ['$geoWithin', '$within', '$geoIntersects', '$near', '$nearSphere'];

export const isGeoOperator = (operator: string): boolean => OPERATORS.includes(operator);

/**
 * Compiles `$geoWithin` or `$geoIntersects` for stored points.
 * @throws CommandError BadValue for `$near`, which orders a whole query and cannot stand below `$or`, `$not` or in `$match`.
 */
export const compileGeoOperator = (operator: string, operand: Value): ((value: Value | undefined) => boolean) => {
  if (operator === '$near' || operator === '$nearSphere') {
    throw new CommandError(
      'BadValue',
      `${operator} is not allowed in this context: it must be a top-level condition of a find`,
    );
  }
  const region = readRegion(operator === '$within' ? '$geoWithin' : operator, operand);
  const isWithin = (value: Value | undefined): boolean => {
    const point = readPoint(value);
    return point !== undefined && region.contains(point);
  };
  return (value) => isWithin(value) || (Array.isArray(value) && value.some(isWithin));
};
