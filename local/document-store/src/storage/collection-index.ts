import { valuesIdentical } from '../bson/compare.ts';
import { type Document, fieldOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isEmptyLocation, readPoint } from '../geo/geojson.ts';
import { type Point, toVector } from '../geo/sphere.ts';
import type { IndexDefinition } from '../indexes/definition.ts';
import { duplicateKey } from '../indexes/duplicate-key.ts';
import { type DocumentKeys, keysOf } from '../indexes/keys.ts';
import type { Matcher } from '../query/filter-shape.ts';
import { compileFilter } from '../query/match.ts';
import { valueAt } from '../query/path.ts';
import { type GeoTable, openGeoTable } from './geo-table.ts';
import { type IndexTable, openIndexTable } from './index-table.ts';
import type { Sqlite } from './sqlite.ts';

/** A change to the entries of one index, worked out and checked before anything is written. */
export interface IndexChange {
  apply(): void;
}

/** One index of one collection, with its entries. */
export interface CollectionIndex {
  readonly id: number;
  readonly definition: IndexDefinition;
  readonly table: IndexTable;
  readonly geo: GeoTable | undefined;
  /** Per field: whether any document ever had an array there. */
  readonly multikey: readonly boolean[];
  /**
   * The change that a document's coming (`before` absent), going (`after` absent) or changing means; undefined when none.
   * @throws CommandError when the document cannot be indexed, or a unique key is held by another document.
   */
  change(id: number, before: Document | undefined, after: Document | undefined): IndexChange | undefined;
}

export interface IndexOptions {
  readonly sqlite: Sqlite;
  readonly namespace: string;
  readonly id: number;
  readonly definition: IndexDefinition;
  readonly multikey: readonly boolean[];
  /** Called inside the transaction when a field turns multikey, to keep that. */
  readonly onMultikey: (multikey: readonly boolean[]) => void;
}

const NO_KEYS: DocumentKeys = { keys: [], values: [], multikey: [] };

export const openCollectionIndex = (options: IndexOptions): CollectionIndex => {
  const { definition } = options;
  const table = openIndexTable(options.sqlite, options.id);
  const geo = definition.geoField ? openGeoTable(options.sqlite, options.id) : undefined;
  const covers: Matcher = definition.partialFilter ? compileFilter(definition.partialFilter) : () => true;
  const untouched = topLevelWatch(definition);
  let multikey = [...options.multikey];

  const noteMultikey = (found: readonly boolean[]): void => {
    if (!found.some((entered, index) => entered && !multikey[index])) return;
    multikey = multikey.map((known, index) => known || found[index] === true);
    options.onMultikey(multikey);
  };

  const assertFree = (id: number, keys: DocumentKeys, held: ReadonlySet<string>): void => {
    keys.keys.forEach((key, index) => {
      if (held.has(key.toString('latin1'))) return;
      const holder = table.holder(key);
      if (holder !== undefined && holder !== id) {
        throw duplicateKey(options.namespace, definition, keys.values[index] ?? []);
      }
    });
  };

  const changeKeys = (
    id: number,
    before: Document | undefined,
    after: Document | undefined,
  ): IndexChange | undefined => {
    const old = before && covers(before) ? keysOf(definition, before) : NO_KEYS;
    const next = after && covers(after) ? keysOf(definition, after) : NO_KEYS;
    const held = new Set(old.keys.map((key) => key.toString('latin1')));
    if (definition.unique) assertFree(id, next, held);
    const kept = new Set(next.keys.map((key) => key.toString('latin1')));
    const removed = old.keys.filter((key) => !kept.has(key.toString('latin1')));
    const added = next.keys.filter((key) => !held.has(key.toString('latin1')));
    if (removed.length === 0 && added.length === 0) return undefined;
    return {
      apply: () => {
        for (const key of removed) table.remove(key, id);
        for (const key of added) table.add(key, id);
        noteMultikey(next.multikey);
      },
    };
  };

  const changePoint = (geoTable: GeoTable, id: number, before: Document | undefined, after: Document | undefined) => {
    const old = before && covers(before) ? pointOf(definition, before) : undefined;
    const next = after && covers(after) ? pointOf(definition, after) : undefined;
    if (old?.lng === next?.lng && old?.lat === next?.lat) return undefined;
    return {
      apply: () => {
        if (old) geoTable.remove(id);
        if (next) geoTable.put(id, toVector(next), next);
      },
    };
  };

  return {
    id: options.id,
    definition,
    table,
    geo,
    get multikey() {
      return multikey;
    },
    change: (id, before, after) => {
      if (before && after && untouched(before, after)) return undefined;
      return geo ? changePoint(geo, id, before, after) : changeKeys(id, before, after);
    },
  };
};

/** Whether an update left every field the index looks at alone: the same object, since values are never changed in place. */
const topLevelWatch = (definition: IndexDefinition): ((before: Document, after: Document) => boolean) => {
  const filterNames = Object.keys(definition.partialFilter ?? {});
  if (filterNames.some((name) => name.startsWith('$'))) return () => false;
  const names = new Set([
    ...definition.fields.map((field) => field.path[0] ?? ''),
    ...filterNames.map((name) => name.split('.')[0] ?? ''),
  ]);
  const watched = [...names];
  const same = (a: Value | undefined, b: Value | undefined): boolean =>
    a === b || (typeof a === 'object' && typeof b === 'object' && !Array.isArray(a) && valuesIdentical(a, b));
  return (before, after) => watched.every((name) => same(fieldOf(before, name), fieldOf(after, name)));
};

/** @throws CommandError Location16755 when the field holds something that is not one point. */
const pointOf = (definition: IndexDefinition, document: Document): Point | undefined => {
  const value = valueAt(document, definition.geoField?.path ?? []);
  if (isEmptyLocation(value)) return undefined;
  const point = readPoint(value);
  if (point) return point;
  throw new CommandError(
    'Location16755',
    `Can't extract geo keys: the field '${definition.geoField?.name}' must be one GeoJSON Point with coordinates [longitude, latitude] within -180..180 and -90..90`,
  );
};
