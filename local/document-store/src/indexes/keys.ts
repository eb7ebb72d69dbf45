import { type Document, fieldOf, isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { positionOf } from '../query/path.ts';
import type { IndexDefinition } from './definition.ts';
import { EMPTY_ARRAY_KEY, encodeValue, invert } from './key-encoding.ts';

/** The entries one document has in one index. */
export interface DocumentKeys {
  readonly keys: readonly Buffer[];
  /** The values behind each key, to name them when a key is taken. */
  readonly values: readonly (readonly (Value | undefined)[])[];
  /** Per field: whether an array was entered for it. Such fields answer range and sort questions less exactly. */
  readonly multikey: readonly boolean[];
}

/**
 * The keys of a document, as MongoDB builds them: an array is indexed element by element, and fields of a compound key below
 * the same array go by element together.
 * @throws CommandError CannotIndexParallelArrays when two different arrays meet in one key.
 */
export const keysOf = (definition: IndexDefinition, document: Document): DocumentKeys => {
  const multikey = definition.fields.map(() => false);
  const rows = rowsOf(definition, document, multikey).filter(
    (row) => !(definition.sparse && row.every((value) => value === undefined)),
  );
  if (rows.length === 1 && rows[0])
    return { keys: [encodeRow(definition, rows[0])], values: [valuesOf(rows[0])], multikey };
  const unique = new Map<string, Row>();
  for (const row of rows) unique.set(encodeRow(definition, row).toString('latin1'), row);
  return {
    keys: [...unique.keys()].map((key) => Buffer.from(key, 'latin1')),
    values: [...unique.values()].map(valuesOf),
    multikey,
  };
};

/** Where the search for a field's value stands. `expanded`: `at` came out of an array and is not entered once more. */
interface Cursor {
  readonly at: Value | undefined;
  readonly path: readonly string[];
  readonly depth: number;
  readonly expanded: boolean;
}

export const EMPTY_ARRAY = Symbol('empty array');
export type Row = readonly (Value | undefined | typeof EMPTY_ARRAY)[];

/** What keys are made for: the fields of an index, or of a sort. */
type Keyed = { readonly fields: readonly { readonly path: readonly string[] }[] };

/** The values of the keys of a document, one row for each. @throws CommandError CannotIndexParallelArrays. */
export const rowsOf = (keyed: Keyed, document: Document, multikey: boolean[] = []): Row[] =>
  expand(
    keyed,
    keyed.fields.map((field): Cursor => ({ at: document, path: field.path, depth: 0, expanded: false })),
    multikey,
  );

const valuesOf = (row: Row): (Value | undefined)[] => row.map((value) => (value === EMPTY_ARRAY ? [] : value));

/** Follows the path until it ends or an array is in the way. */
const advance = (cursor: Cursor): Cursor => {
  let { at, depth, expanded } = cursor;
  while (depth < cursor.path.length) {
    const part = cursor.path[depth] ?? '';
    if (Array.isArray(at)) {
      const position = positionOf(part);
      if (position < 0) {
        if (!expanded) break;
        at = undefined; // an array within an array is not searched for names
      } else {
        at = at[position];
      }
    } else {
      at = isDocument(at) ? fieldOf(at, part) : undefined;
    }
    depth += 1;
    expanded = false;
  }
  return { at, path: cursor.path, depth, expanded };
};

const expand = (keyed: Keyed, cursors: readonly Cursor[], multikey: boolean[]): Row[] => {
  const reached = cursors.map(advance);
  const inArray = reached.map((cursor) => Array.isArray(cursor.at) && !cursor.expanded);
  const first = inArray.indexOf(true);
  if (first < 0) return [reached.map((cursor) => cursor.at)];
  const array = reached[first]?.at;
  if (!Array.isArray(array)) return [];
  reached.forEach((cursor, index) => {
    if (!inArray[index]) return;
    if (cursor.at !== array) throw parallelArrays(keyed, first, index);
    multikey[index] = true;
  });
  if (array.length === 0) return emptyArrayRows(keyed, reached, inArray, multikey);
  return array.flatMap((element) =>
    expand(
      keyed,
      reached.map((cursor, index) => (inArray[index] ? { ...cursor, at: element, expanded: true } : cursor)),
      multikey,
    ),
  );
};

const emptyArrayRows = (
  keyed: Keyed,
  reached: readonly Cursor[],
  inArray: readonly boolean[],
  multikey: boolean[],
): Row[] => {
  const ended = reached.map((cursor, index) =>
    inArray[index] ? { ...cursor, at: undefined, depth: cursor.path.length } : cursor,
  );
  const atEnd = reached.map((cursor, index) => inArray[index] && cursor.depth === cursor.path.length);
  return expand(keyed, ended, multikey).map((row) => row.map((value, index) => (atEnd[index] ? EMPTY_ARRAY : value)));
};

const parallelArrays = (keyed: Keyed, one: number, other: number): CommandError =>
  new CommandError(
    'CannotIndexParallelArrays',
    `cannot index parallel arrays [${keyed.fields[other]?.path.at(-1)}] [${keyed.fields[one]?.path.at(-1)}]`,
  );

const encodeRow = (definition: IndexDefinition, row: Row): Buffer => {
  const parts = row.map((value, index) => {
    const encoded = value === EMPTY_ARRAY ? EMPTY_ARRAY_KEY : encodeValue(value);
    return definition.fields[index]?.order === -1 ? invert(encoded) : encoded;
  });
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
};
