import { findTargets } from '../query/execute.ts';
import type { Store } from '../storage/store.ts';

/** Removals per collection and sweep: a long backlog must not hold up the commands behind it. */
const REMOVALS_PER_SWEEP = 1_000;

/** Removes documents whose TTL index says their time is over. Answers how many. */
export const removeExpired = (store: Store, now: Date): number => {
  let removed = 0;
  for (const database of store.catalog.databases()) {
    for (const name of store.catalog.collections(database)) {
      const collection = store.catalog.find(database, name);
      for (const { definition } of collection?.indexes ?? []) {
        const [field] = definition.fields;
        if (!collection || !field || definition.expireAfterSeconds === undefined) continue;
        const before = new Date(now.getTime() - definition.expireAfterSeconds * 1000);
        const filter = { $and: [{ [field.name]: { $lt: before } }, definition.partialFilter ?? {}] };
        const expired = findTargets(collection, { filter, limit: REMOVALS_PER_SWEEP });
        if (expired.length === 0) continue;
        store.write(() => {
          for (const stored of expired) collection.remove(stored);
        });
        removed += expired.length;
      }
    }
  }
  return removed;
};
