import { compareValues } from '../bson/compare.ts';
import { type Document, fieldOf, isDocument, KIND, kindOf, numberOf, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { EMPTY_ARRAY, type Row, rowsOf } from '../indexes/keys.ts';
import { assertFieldPath } from './field-path.ts';
import { type Path, splitPath } from './path.ts';

export interface SortField {
  readonly name: string;
  readonly path: Path;
  readonly order: 1 | -1;
}

/**
 * Reads a sort specification.
 * @throws CommandError Location15974 and Location15975 for an order that is neither 1 nor -1, others for what names no field.
 */
export const readSort = (value: Value | undefined): SortField[] => {
  if (value === undefined || value === null) return [];
  if (!isDocument(value)) throw new CommandError('TypeMismatch', 'Expected field sort to be of type object');
  return Object.keys(value).map((name) => {
    const order = readOrder(name, value[name] ?? null);
    return { name, path: name === '$natural' ? splitPath(name) : assertFieldPath(name), order };
  });
};

const readOrder = (name: string, wanted: Value): 1 | -1 => {
  if (isDocument(wanted)) throw unsupported('a $meta sort');
  const order = numberOf(wanted);
  if (Number(order) === 1) return 1;
  if (Number(order) === -1) return -1;
  if (name === '$natural') {
    throw new CommandError('BadValue', '$natural sort cannot be set to a value other than -1 or 1.');
  }
  if (order === undefined) throw new CommandError('Location15974', `Illegal key in $sort specification: ${name}`);
  throw new CommandError('Location15975', '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
};

/**
 * The order of documents under a sort. Arrays are taken apart as an index takes them apart: of all the keys a document has,
 * the one that comes first counts.
 */
export const compareBy = (fields: readonly SortField[]): ((a: Document, b: Document) => number) => {
  const compareRows = (a: Row, b: Row): number => {
    for (let index = 0; index < fields.length; index += 1) {
      const byField = compareKeys(a[index], b[index]) * (fields[index]?.order ?? 1);
      if (byField !== 0) return byField;
    }
    return 0;
  };
  const known = new WeakMap<Document, Row>();
  const rowOf = (document: Document): Row => {
    const before = known.get(document);
    if (before) return before;
    const row = directRow(fields, document) ?? firstRow(fields, document, compareRows);
    known.set(document, row);
    return row;
  };
  return (a, b) => compareRows(rowOf(a), rowOf(b));
};

/** The values of a document without arrays on the way; undefined where there are some. */
const directRow = (fields: readonly SortField[], document: Document): Row | undefined => {
  const row: (Value | undefined)[] = [];
  for (const { path } of fields) {
    let value: Value | undefined = document;
    for (const part of path) {
      value = isDocument(value) ? fieldOf(value, part) : undefined;
      if (Array.isArray(value)) return undefined;
    }
    row.push(value);
  }
  return row;
};

const firstRow = (fields: readonly SortField[], document: Document, compareRows: (a: Row, b: Row) => number): Row => {
  const [first = [], ...others] = rowsToSort(fields, document);
  return others.reduce((best, row) => (compareRows(row, best) < 0 ? row : best), first);
};

const rowsToSort = (fields: readonly SortField[], document: Document): Row[] => {
  try {
    return rowsOf({ fields }, document);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError('BadValue', 'cannot sort with keys that are parallel arrays');
  }
};

/** An empty array stands just below null. */
const compareKeys = (a: Row[number], b: Row[number]): number => {
  if (a !== EMPTY_ARRAY && b !== EMPTY_ARRAY) return compareValues(a, b);
  return kindOfKey(a) - kindOfKey(b);
};

const kindOfKey = (key: Row[number]): number => (key === EMPTY_ARRAY ? KIND.emptyArray : kindOf(key));
