import type { Document } from '../bson/value.ts';
import { type Near, splitNear } from '../geo/near.ts';
import type { Collection } from '../storage/collection.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import type { StoredDocument } from '../storage/document-cache.ts';
import { findNear } from './find-near.ts';
import { type Plan, planQuery } from './plan.ts';
import { compareBy, type SortField } from './sort.ts';
import { compileRest, unproven } from './unproven.ts';

export interface Query {
  readonly filter: Document;
  readonly sort?: readonly SortField[];
  readonly skip?: number;
  /** 0: all. */
  readonly limit?: number;
  readonly hint?: CollectionIndex | undefined;
  /** The collection is to be read as it stands, in this direction. */
  readonly natural?: 1 | -1 | undefined;
  readonly onExamined?: () => void;
}

/** The documents a query answers, in order, found only as far as they are asked for. */
export function* runQuery(collection: Collection, query: Query): Generator<StoredDocument> {
  const { skip = 0, limit = 0 } = query;
  let seen = 0;
  for (const stored of inOrder(collection, query)) {
    seen += 1;
    if (seen <= skip) continue;
    yield stored;
    if (limit > 0 && seen === skip + limit) return;
  }
}

/** How many documents a query finds; those that an index proves to match are not read. */
export const countQuery = (collection: Collection, query: Query): number => {
  const { near, rest } = splitNear(query.filter);
  const plan = near ? undefined : planQuery(collection, rest, [], query.hint);
  const isProven = plan !== undefined && Object.keys(unproven(plan, rest)).length === 0;
  const found = isProven && !query.skip && !query.limit ? idsOf(collection, plan) : runQuery(collection, query);
  let count = 0;
  for (const _ of found) count += 1;
  return count;
};

/** The documents to change, found to the end before the first is changed: a change must not meet itself again. */
export const findTargets = (collection: Collection, query: Query): StoredDocument[] => [...runQuery(collection, query)];

const inOrder = (collection: Collection, query: Query): Iterable<StoredDocument> => {
  const { near, rest } = splitNear(query.filter);
  const sort = query.sort ?? [];
  if (near) {
    const found = findNear(collection, near, rest, { wanted: wantedBy(query), onExamined: query.onExamined });
    return sort.length > 0 ? sorted(found, sort) : found;
  }
  const inNaturalOrder = sort.find(({ name }) => name === '$natural')?.order;
  const natural = inNaturalOrder ?? query.natural;
  const plan: Plan = natural
    ? { kind: 'collection', direction: natural }
    : planQuery(collection, rest, sort, query.hint);
  const found = matching(collection, plan, compileRest(unproven(plan, rest)), query.onExamined);
  const inSortOrder = sort.length === 0 || inNaturalOrder !== undefined || (plan.kind === 'index' && plan.sorted);
  return inSortOrder ? found : sorted(found, sort);
};

const wantedBy = ({ limit = 0, skip = 0 }: Query): number => (limit > 0 ? limit + skip : Number.POSITIVE_INFINITY);

const sorted = (found: Iterable<StoredDocument>, sort: readonly SortField[]): StoredDocument[] => {
  const compare = compareBy(sort);
  return [...found].sort((a, b) => compare(a.document, b.document) || a.id - b.id);
};

function* matching(
  collection: Collection,
  plan: Plan,
  matches: (stored: StoredDocument) => boolean,
  onExamined?: () => void,
): Generator<StoredDocument> {
  for (const id of idsOf(collection, plan)) {
    const stored = collection.read(id);
    onExamined?.();
    if (stored && matches(stored)) yield stored;
  }
}

function* idsOf(collection: Collection, plan: Plan): Generator<number> {
  switch (plan.kind) {
    case 'collection':
      yield* collection.scan(plan.direction);
      return;
    case 'index':
      yield* plan.repeats ? once(entries(plan)) : entries(plan);
      return;
    case 'geo':
      yield* once(within(plan));
      return;
    case 'union':
      yield* once(unionOf(collection, plan.plans));
  }
}

function* within({ index, region }: Extract<Plan, { kind: 'geo' }>): Generator<number> {
  for (const box of region.boxes) {
    for (const { id, point } of index.geo?.within(box) ?? []) if (region.contains(point)) yield id;
  }
}

function* unionOf(collection: Collection, plans: readonly Plan[]): Generator<number> {
  for (const plan of plans) yield* idsOf(collection, plan);
}

function* entries(plan: Extract<Plan, { kind: 'index' }>): Generator<number> {
  const { index, intervals, direction } = plan;
  if (intervals.length > 1 && intervals.every(({ isKey }) => isKey)) {
    yield* index.table.lookup(intervals.map(({ low }) => low));
    return;
  }
  for (const interval of intervals) {
    if (interval.exact) {
      const id = index.table.holder(interval.low);
      if (id !== undefined) yield id;
    } else {
      yield* index.table.scan(interval, direction);
    }
  }
}

function* once(ids: Iterable<number>): Generator<number> {
  const seen = new Set<number>();
  for (const id of ids) {
    if (seen.has(id)) continue;
    seen.add(id);
    yield id;
  }
}

/** How a query would run, for `explain`. */
export const explainQuery = (collection: Collection, query: Query): { plan: Plan; near: Near | undefined } => {
  const { near, rest } = splitNear(query.filter);
  return { near, plan: planQuery(collection, rest, query.sort, query.hint) };
};
