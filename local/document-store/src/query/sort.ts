import { compareValues } from '../bson/compare.ts';
import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { anyAtPath, type Path, splitPath } from './path.ts';

export interface SortField {
  readonly name: string;
  readonly path: Path;
  readonly order: 1 | -1;
}

/** Reads a sort specification. @throws CommandError BadValue for an order that is neither 1 nor -1. */
export const readSort = (value: Value | undefined): SortField[] => {
  if (value === undefined || value === null) return [];
  if (!isDocument(value)) throw new CommandError('TypeMismatch', 'Expected field sort to be of type object');
  return Object.keys(value).map((name) => {
    const wanted = value[name];
    if (isDocument(wanted)) throw unsupported('a $meta sort');
    const order = Number(numberOf(wanted) ?? 0);
    if (order !== 1 && order !== -1) {
      throw new CommandError('BadValue', `$sort key ordering must be 1 (for ascending) or -1 (for descending)`);
    }
    return { name, path: splitPath(name), order };
  });
};

/** The order of documents under a sort: an array counts by its smallest element ascending, its largest descending. */
export const compareBy =
  (fields: readonly SortField[]) =>
  (a: Document, b: Document): number => {
    for (const { path, order } of fields) {
      const byField = compareValues(sortValue(a, path, order), sortValue(b, path, order)) * order;
      if (byField !== 0) return byField;
    }
    return 0;
  };

const sortValue = (document: Document, path: Path, order: 1 | -1): Value | undefined => {
  const [name] = path;
  const direct = path.length === 1 && name !== undefined ? document[name] : undefined;
  if (direct !== undefined && !Array.isArray(direct) && typeof direct !== 'function') return direct;
  const values: (Value | undefined)[] = [];
  anyAtPath(document, path, 0, (value) => {
    if (Array.isArray(value) && value.length > 0) values.push(...value);
    else values.push(Array.isArray(value) ? undefined : value);
    return false;
  });
  const [first, ...others] = values;
  return others.reduce((best, value) => (compareValues(value, best) * order < 0 ? value : best), first);
};
