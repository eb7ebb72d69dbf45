import type { EncodableDocument } from '../bson/encode.ts';
import { type Document, fieldOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { splitNear } from '../geo/near.ts';
import { findTargets, runQuery } from '../query/execute.ts';
import { compileFilter } from '../query/match.ts';
import { readSort } from '../query/sort.ts';
import type { Collection } from '../storage/collection.ts';
import type { StoredDocument } from '../storage/document-cache.ts';
import {
  applyUpdate,
  documentToUpsert,
  encodeUpdated,
  isUnchanged,
  type UpdateContext,
} from '../update/apply-update.ts';
import { parseUpdate, type Update } from '../update/parse-update.ts';
import { readArrayFilters } from '../update/positions.ts';
import { collectionArgument, documentArgument, documentsArgument, hintArgument, refuseOptions } from './arguments.ts';
import type { Command } from './command.ts';
import { positionFinder } from './find.ts';
import { readyToInsert } from './insert.ts';
import { runStatements } from './statements.ts';

export const update: Command = (body, { store, database, now }) => {
  const name = collectionArgument(body, 'update');
  const statements = documentsArgument(body, 'updates');
  return store.write(() => {
    const upserts = statements.some((statement) => statement.upsert === true);
    const collection = upserts ? store.catalog.ensure(database, name) : store.catalog.find(database, name);
    let n = 0;
    let nModified = 0;
    const upserted: EncodableDocument[] = [];
    const writeErrors = runStatements(body, statements, (statement, index) => {
      const result = collection ? runUpdate(collection, statement, now()) : checkUpdate(statement);
      n += result.matched;
      nModified += result.modified;
      if (result.upsertedId !== undefined) upserted.push({ index, _id: result.upsertedId });
    });
    return { n, ...(upserted.length > 0 ? { upserted } : {}), nModified, ...writeErrors };
  });
};

interface UpdateResult {
  readonly matched: number;
  readonly modified: number;
  readonly upsertedId?: Value;
}

/** Where there is nothing to update, a wrong update is still told so. */
const checkUpdate = (statement: Document): UpdateResult => {
  parseUpdate(statement.u);
  compileFilter(splitNear(documentArgument(statement, 'q')).rest);
  return { matched: 0, modified: 0 };
};

const runUpdate = (collection: Collection, statement: Document, now: Date): UpdateResult => {
  refuseOptions(statement);
  const filter = documentArgument(statement, 'q');
  const change = parseUpdate(statement.u);
  const multi = statement.multi === true;
  if (multi && change.kind === 'replacement') {
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update');
  }
  const changer = createChanger(collection, filter, change, statement, now);
  const query = {
    filter,
    limit: multi ? 0 : 1,
    sort: readSort(statement.sort),
    hint: hintArgument(collection, statement.hint),
  };
  const targets = findTargets(collection, query);
  if (targets.length === 0 && statement.upsert === true) {
    const inserted = changer.upsert();
    return { matched: 1, modified: 0, upsertedId: fieldOf(inserted.document, '_id') ?? null };
  }
  let modified = 0;
  for (const target of targets) if (changer.change(target) !== target) modified += 1;
  return { matched: targets.length, modified };
};

/** Applies one parsed update to documents of one collection. */
export interface Changer {
  /** The document after the update; the same object when nothing changed, and then nothing was written. */
  change(stored: StoredDocument): StoredDocument;
  upsert(): StoredDocument;
}

export const createChanger = (
  collection: Collection,
  filter: Document,
  change: Update,
  options: Document,
  now: Date,
): Changer => {
  const arrayFilters = readArrayFilters(options.arrayFilters);
  const positional = change.kind === 'operators' && change.changes.some(({ path }) => path.includes('$'));
  const matchedIn = positional ? positionFinder(filter) : () => undefined;
  const contextFor = (matched: number | undefined, inserting: boolean): UpdateContext => ({
    now,
    arrayFilters,
    matched,
    inserting,
  });
  return {
    change: (stored) => {
      const before = stored.document;
      const after = applyUpdate(before, change, contextFor(matchedIn(before), false));
      if (isUnchanged(before, after)) return stored;
      return collection.replace(stored, after, encodeUpdated(after, stored.bytes.length + 512));
    },
    upsert: () => {
      const { document, bytes } = readyToInsert(documentToUpsert(filter, change, contextFor(undefined, true)));
      return collection.insert(document, bytes);
    },
  };
};

/** Deletes: `deletes: [{ q, limit }]`, limit 0 meaning all. */
export const remove: Command = (body, { store, database }) => {
  const name = collectionArgument(body, 'delete');
  const statements = documentsArgument(body, 'deletes');
  const collection = store.catalog.find(database, name);
  return store.write(() => {
    let n = 0;
    const writeErrors = runStatements(body, statements, (statement) => {
      refuseOptions(statement);
      const filter = documentArgument(statement, 'q');
      if (!collection) return;
      const hint = hintArgument(collection, statement.hint);
      const limit = Number(statement.limit ?? 0) === 0 ? 0 : 1;
      for (const target of [...runQuery(collection, { filter, limit, hint })]) {
        collection.remove(target);
        n += 1;
      }
    });
    return { n, ...writeErrors };
  });
};
