import { type Document, fieldOf, isDocument, type Value } from '../bson/value.ts';

/** A dotted path, split once. */
export type Path = readonly string[];

export const splitPath = (path: string): Path => path.split('.');

/** The array position a path part means, or -1. */
export const positionOf = (part: string): number => {
  const first = part.charCodeAt(0);
  if (!(first >= 48 && first <= 57)) return -1; // most parts are names
  return /^(0|[1-9]\d*)$/.test(part) ? Number(part) : -1;
};

/**
 * Whether `test` holds for any value the path leads to: arrays on the way are entered, by position and element by element.
 * A path that ends at a document or scalar without the field leads to `undefined`; one that ends in an array of scalars leads
 * nowhere. An array at the end is given whole. `onElement` hears the first array position taken on the way to a value that passed.
 */
export const anyAtPath = (
  value: Value | undefined,
  path: Path,
  depth: number,
  test: (value: Value | undefined) => boolean,
  onElement?: (position: number) => void,
): boolean => {
  if (depth === path.length) return test(value);
  const part = path[depth] ?? '';
  if (Array.isArray(value)) return anyInArray(value, path, depth, test, onElement);
  const next = isDocument(value) ? fieldOf(value, part) : undefined;
  if (depth + 1 < path.length && next === undefined) return test(undefined);
  return anyAtPath(next, path, depth + 1, test, onElement);
};

const anyInArray = (
  values: readonly Value[],
  path: Path,
  depth: number,
  test: (value: Value | undefined) => boolean,
  onElement?: (position: number) => void,
): boolean => {
  const position = positionOf(path[depth] ?? '');
  if (position >= 0 && position < values.length && anyAtPath(values[position], path, depth + 1, test, onElement)) {
    return true;
  }
  for (let index = 0; index < values.length; index += 1) {
    const element = values[index];
    if (isDocument(element) && anyAtPath(element, path, depth, test, onElement)) {
      onElement?.(index);
      return true;
    }
  }
  return false;
};

/** The value at a path through documents only; undefined where an array or scalar is in the way. */
export const valueAt = (document: Document, path: Path): Value | undefined => {
  let value: Value | undefined = document;
  for (const part of path) {
    if (!isDocument(value)) return undefined;
    value = fieldOf(value, part);
  }
  return value;
};
