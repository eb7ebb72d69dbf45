import { ObjectId } from 'bson';
import type { Document } from '../bson/value.ts';
import { isDocument } from '../bson/value.ts';
import { type Region, readRegion } from '../geo/region.ts';
import { encodeValue, invert, UPPER } from '../indexes/key-encoding.ts';
import type { Collection } from '../storage/collection.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import type { Interval } from '../storage/index-table.ts';
import { type Condition, type Conditions, conditionsOf, intersect, type Range } from './conditions.ts';
import { isOperators } from './filter-shape.ts';
import { implies } from './implies.ts';
import type { SortField } from './sort.ts';

/** How the documents a filter may match are found. What is found must still be matched. */
export type Plan =
  | { readonly kind: 'collection'; readonly direction: 1 | -1 }
  | {
      readonly kind: 'index';
      readonly index: CollectionIndex;
      readonly intervals: readonly Interval[];
      readonly direction: 1 | -1;
      /** The entries come in the order the query sorts by. */
      readonly sorted: boolean;
      /** A document may come more than once. */
      readonly repeats: boolean;
    }
  | { readonly kind: 'geo'; readonly index: CollectionIndex; readonly region: Region }
  | { readonly kind: 'union'; readonly plans: readonly Plan[] };

/** More intervals than this cost more to look up than they save. */
const MAX_INTERVALS = 10_000;

/** Chooses the index that narrows a filter most, or sorts for it; a collection scan when none helps. */
export const planQuery = (
  collection: Collection,
  filter: Document,
  sort: readonly SortField[] = [],
  hint?: CollectionIndex,
): Plan => {
  const direct = hint ? undefined : planById(collection, filter);
  if (direct) return direct;
  const conditions = conditionsOf(filter);
  const candidates = hint ? [hint] : collection.indexes;
  let best: { plan: Plan; score: number } | undefined;
  for (const index of candidates) {
    const found = planIndex(index, conditions, sort, hint !== undefined);
    if (found && found.score > (best?.score ?? 0)) best = found;
  }
  if (best && best.score >= NARROWS) return best.plan;
  return (
    planArea(candidates, filter, conditions) ??
    planUnion(collection, filter, hint) ??
    best?.plan ?? { kind: 'collection', direction: 1 }
  );
};

/** Nothing narrows more than one `_id`, so for the most frequent query of all no other index is looked at. */
const planById = (collection: Collection, filter: Document): Plan | undefined => {
  const id = filter._id;
  const [index] = collection.indexes;
  if (index?.definition.name !== '_id_') return undefined;
  if (!(id instanceof ObjectId) && typeof id !== 'string' && typeof id !== 'number') return undefined;
  const low = encodeValue(id);
  return {
    kind: 'index',
    index,
    intervals: [{ low, high: low, exact: true }],
    direction: 1,
    sorted: true,
    repeats: false,
  };
};

// Scores: one field fixed outweighs everything a later field or an order can add.
const NARROWS = 10;
const FIXED = 100;
const SORTED = 5;
const SMALLER = 1;

const planIndex = (
  index: CollectionIndex,
  conditions: Conditions,
  sort: readonly SortField[],
  hinted: boolean,
): { plan: Plan; score: number } | undefined => {
  const { definition } = index;
  if (definition.geoField) return undefined;
  if (definition.partialFilter && !implies(conditions, definition.partialFilter)) return undefined;
  // A hint takes a sparse index also where it does not hold all that a query finds.
  if (!hinted && definition.sparse && !definition.fields.some(({ name }) => excludesMissing(conditions.get(name))))
    return undefined;

  const { intervals, fixed, score } = narrow(index, conditions);
  const direction = intervals.length === 1 && sort.length > 0 ? sortDirection(index, fixed, sort) : undefined;
  const total =
    score +
    (direction ? SORTED : 0) +
    (definition.partialFilter || definition.sparse ? SMALLER : 0) +
    (hinted ? SMALLER : 0);
  const repeats = index.multikey.includes(true) || intervals.length > 1;
  const plan: Plan = {
    kind: 'index',
    index,
    intervals,
    direction: direction ?? 1,
    sorted: direction !== undefined,
    repeats,
  };
  return total > 0 ? { plan, score: total } : undefined;
};

const excludesMissing = (conditions: readonly Condition[] | undefined): boolean =>
  conditions?.some((condition) => condition.excludesMissing) ?? false;

/** Joins the conditions on the leading fields of an index into stretches of its keys. */
const narrow = (
  index: CollectionIndex,
  conditions: Conditions,
): { intervals: Interval[]; fixed: number; score: number } => {
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  let fixed = 0;
  let score = 0;
  const roots = new Set<string>();
  for (const [position, field] of index.definition.fields.entries()) {
    const root = field.path[0] ?? '';
    // Below one array, the conditions of two fields may be met by different elements, which have different keys.
    const sharesArray = roots.has(root) && index.multikey.includes(true);
    const bounds = sharesArray
      ? undefined
      : boundsOf(conditions.get(field.name) ?? [], index.multikey[position] ?? false);
    roots.add(root);
    if (!bounds || bounds.ranges.length * prefixes.length > MAX_INTERVALS) break;
    const descending = field.order === -1;
    if (!bounds.points) {
      const intervals = prefixes.flatMap((prefix) =>
        bounds.ranges.map((range) => intervalOf(prefix, range, descending)),
      );
      return { intervals, fixed, score: score + NARROWS };
    }
    prefixes = prefixes.flatMap((prefix) =>
      bounds.ranges.map(({ low }) => Buffer.concat([prefix, descending ? invert(low) : low])),
    );
    fixed += 1;
    score += bounds.ranges.length === 1 ? FIXED : FIXED - 20;
  }
  const isKey = fixed === index.definition.fields.length;
  const exact = isKey && index.definition.unique;
  return {
    intervals: prefixes.map((prefix) => ({ low: prefix, high: afterAll(prefix), isKey, exact })),
    fixed,
    score: exact ? score * 2 : score,
  };
};

/** The ranges that hold all values meeting these conditions; an array may meet each with another element, so then one must do. */
const boundsOf = (
  conditions: readonly Condition[],
  multikey: boolean,
): { ranges: readonly Range[]; points: boolean } | undefined => {
  const listed = conditions.find((condition) => condition.points && condition.ranges);
  if (listed?.ranges) return { ranges: listed.ranges, points: true };
  const ranged = conditions.filter((condition) => condition.ranges);
  const [first] = ranged;
  if (!first?.ranges) return undefined;
  if (multikey || ranged.some((condition) => condition.ranges?.length !== 1))
    return { ranges: first.ranges, points: false };
  const [start, ...others] = ranged.flatMap((condition) => condition.ranges ?? []);
  return start && { ranges: [others.reduce(intersect, start)], points: false };
};

const intervalOf = (prefix: Buffer, range: Range, descending: boolean): Interval => {
  const at = (bytes: Buffer, after: boolean): Buffer => {
    const key = Buffer.concat([prefix, bytes]);
    return after ? afterAll(key) : key;
  };
  if (!descending) return { low: at(range.low, !range.lowIncluded), high: at(range.high, range.highIncluded) };
  return { low: at(invert(range.high), !range.highIncluded), high: at(invert(range.low), range.lowIncluded) };
};

/** The first key after all that begin with this one; what follows in a descending field may be any byte, 0xff too. */
const afterAll = (key: Buffer): Buffer => {
  let end = key.length;
  while (end > 0 && key[end - 1] === 0xff) end -= 1;
  if (end === 0) return Buffer.concat([key, UPPER, UPPER]);
  const next = Buffer.from(key.subarray(0, end));
  next[end - 1] = (next[end - 1] ?? 0) + 1;
  return next;
};

/** The direction in which the index answers the sort, when its first `fixed` fields have one value each. */
const sortDirection = (index: CollectionIndex, fixed: number, sort: readonly SortField[]): 1 | -1 | undefined => {
  const { fields } = index.definition;
  const constant = new Set(fields.slice(0, fixed).map((field) => field.name));
  const wanted = sort.filter(({ name }) => !constant.has(name));
  let direction: 1 | -1 | undefined;
  for (const [offset, { name, order }] of wanted.entries()) {
    const field = fields[fixed + offset];
    if (field?.name !== name || index.multikey[fixed + offset]) return undefined;
    const needed = field.order === order ? 1 : -1;
    if (direction && direction !== needed) return undefined;
    direction = needed;
  }
  return direction ?? 1;
};

/** A search within an area, when a 2dsphere index knows the field. */
const planArea = (
  candidates: readonly CollectionIndex[],
  filter: Document,
  conditions: Conditions,
): Plan | undefined => {
  for (const index of candidates) {
    const { geoField, partialFilter } = index.definition;
    const condition = geoField && filter[geoField.name];
    if (!isOperators(condition) || (partialFilter && !implies(conditions, partialFilter))) continue;
    const operator = ['$geoWithin', '$geoIntersects'].find((name) => condition[name] !== undefined);
    if (operator) return { kind: 'geo', index, region: readRegion(operator, condition[operator] ?? null) };
  }
  return undefined;
};

const planUnion = (collection: Collection, filter: Document, hint: CollectionIndex | undefined): Plan | undefined => {
  const branches = filter.$or;
  if (!Array.isArray(branches) || branches.length === 0) return undefined;
  const plans: Plan[] = [];
  for (const branch of branches) {
    if (!isDocument(branch)) return undefined;
    const plan = planQuery(collection, branch, [], hint);
    if (plan.kind === 'collection') return undefined;
    plans.push(plan);
  }
  return { kind: 'union', plans };
};
