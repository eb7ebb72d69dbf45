import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import type { Point } from './sphere.ts';

/** A position: `[lng, lat]`, both finite and in range, or undefined. Further coordinates (height) are ignored, as in MongoDB. */
export const readPosition = (value: Value | undefined): Point | undefined => {
  if (!Array.isArray(value) || value.length < 2) return undefined;
  return inRange(numberOf(value[0]), numberOf(value[1]));
};

const inRange = (x: number | bigint | undefined, y: number | bigint | undefined): Point | undefined => {
  const lng = Number(x ?? Number.NaN);
  const lat = Number(y ?? Number.NaN);
  return Math.abs(lng) <= 180 && Math.abs(lat) <= 90 ? { lng, lat } : undefined;
};

/** A stored point: a GeoJSON Point, or a legacy pair as an array or a document of two numbers. */
export const readPoint = (value: Value | undefined): Point | undefined => {
  if (Array.isArray(value)) return readPosition(value);
  if (!isDocument(value)) return undefined;
  if (value.type !== undefined || value.coordinates !== undefined) {
    return value.type === 'Point' ? readPosition(value.coordinates) : undefined;
  }
  const [x, y] = Object.values(value);
  return inRange(numberOf(x), numberOf(y));
};

/** Whether a value looks like a position in an index field: then it must be a valid one. */
export const isEmptyLocation = (value: Value | undefined): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

/** A ring of positions; undefined when one of them is no position. */
export const readRing = (value: Value | undefined): Point[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const points = value.map(readPosition);
  return points.every((point) => point !== undefined) ? points : undefined;
};

/** The `$geometry` document of a query. */
export const readGeometry = (operand: Document): Document | undefined =>
  isDocument(operand.$geometry) ? operand.$geometry : undefined;
