import type { Document } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { readPoint } from '../geo/geojson.ts';
import type { Near } from '../geo/near.ts';
import { boxAround, distanceBetween, EARTH_RADIUS, toVector } from '../geo/sphere.ts';
import type { Collection } from '../storage/collection.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import type { StoredDocument } from '../storage/document-cache.ts';
import { conditionsOf } from './conditions.ts';
import { implies } from './implies.ts';
import { compileRest, unprovenBy } from './unproven.ts';

// Metres. The first where nothing is known of the crowd; the others where it is.
const FIRST_RING = 500;
const SMALLEST_RING = 50;
const LARGEST_FIRST_RING = 5_000;
const HALF_AROUND = Math.PI * EARTH_RADIUS;
const LEAST_GROWTH = 1.3;
const MOST_GROWTH = 4;
/** A ring a little wider than the density so far asks for, so that it is likely the last. */
const MARGIN = 1.2;

/**
 * Documents by distance, nearest first. The index is asked in growing rings: what lies within a ring is final once the ring
 * has been read, so a caller that stops early has read little more than it took. `wanted` is how many it will probably take.
 * @throws CommandError NoQueryExecutionPlans when no 2dsphere index covers the filter.
 */
export function* findNear(
  collection: Collection,
  near: Near,
  filter: Document,
  { wanted, onExamined }: { wanted: number; onExamined?: (() => void) | undefined },
): Generator<StoredDocument> {
  const index = geoIndexFor(collection, near, filter);
  const { geo } = index;
  if (!geo) return;
  const matches = compileRest(unprovenBy(index, filter));
  const center = toVector(near.center);
  const end = Math.min(near.maximum, HALF_AROUND);
  let inner = near.minimum;
  let innerIncluded = true;
  let outer = Math.min(firstRing(near.minimum, wanted, geo.density), end);
  let found = 0;
  let farthest = inner;
  const learn = (): void => {
    const area = Math.PI * (farthest ** 2 - near.minimum ** 2);
    if (found > 0 && area > 0) geo.density = found / area;
  };
  while (inner <= end) {
    const ring = geo
      .within(boxAround(center, outer / EARTH_RADIUS))
      .map(({ id, point }) => ({ id, distance: distanceBetween(near.center, point) }))
      .filter(({ distance }) => (innerIncluded ? distance >= inner : distance > inner) && distance <= outer)
      .sort((a, b) => a.distance - b.distance || a.id - b.id);
    for (const { id, distance } of ring) {
      const stored = collection.read(id);
      onExamined?.();
      if (!stored || !matches(stored)) continue;
      found += 1;
      farthest = distance;
      if (found === wanted) learn();
      yield stored;
    }
    if (outer >= end) return;
    inner = outer;
    innerIncluded = false;
    outer = Math.min(outer * growth(found, wanted), end);
  }
}

/** The ring that holds what is wanted, if it is as crowded here as where the last search looked. */
const firstRing = (minimum: number, wanted: number, density: number | undefined): number => {
  if (density === undefined || !Number.isFinite(wanted)) return Math.max(FIRST_RING, minimum * LEAST_GROWTH);
  const radius = Math.sqrt(minimum ** 2 + wanted / (Math.PI * density)) * MARGIN;
  return Math.max(Math.min(Math.max(radius, SMALLEST_RING), LARGEST_FIRST_RING), minimum * LEAST_GROWTH);
};

/** Documents in a circle grow with the square of its radius. */
const growth = (found: number, wanted: number): number => {
  const needed = found > 0 ? Math.sqrt(wanted / found) * MARGIN : MOST_GROWTH;
  return Math.min(Math.max(needed, LEAST_GROWTH), MOST_GROWTH);
};

/** The index a query by distance must use: one on the field that holds every document the filter can match. */
export const geoIndexFor = (collection: Collection, { path, flat }: Near, filter: Document): CollectionIndex => {
  const conditions = conditionsOf(filter);
  const usable = collection.indexes.filter(
    ({ definition }) =>
      !flat &&
      definition.geoField?.name === path &&
      (!definition.partialFilter || implies(conditions, definition.partialFilter)),
  );
  // A partial index holds less, so there is less to pass over.
  const index = usable.find(({ definition }) => definition.partialFilter) ?? usable[0];
  if (!index) {
    throw new CommandError(
      'NoQueryExecutionPlans',
      `error processing query: unable to find index for $geoNear query on ${collection.namespace} field ${path}`,
    );
  }
  return index;
};

/** The distance of a document from a point, for stages that report it. */
export const distanceTo = (near: Near, value: Parameters<typeof readPoint>[0]): number => {
  const point = readPoint(value);
  return point ? distanceBetween(near.center, point) : Number.NaN;
};
