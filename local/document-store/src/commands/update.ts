import type { Variables } from '../aggregation/scope.ts';
import type { EncodableDocument } from '../bson/encode.ts';
import { type Document, fieldOf, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { splitNear } from '../geo/near.ts';
import { bindVariables } from '../query/bind-variables.ts';
import { findTargets } from '../query/execute.ts';
import { compileFilter } from '../query/match.ts';
import { isTruthy } from '../query/match-operators.ts';
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
import { parseUpdate, type Update, updateKind } from '../update/parse-update.ts';
import { readArrayFilters } from '../update/positions.ts';
import { assertUpsertFilter } from '../update/upsert-seed.ts';
import { collectionArgument, documentArgument, documentsArgument, hintArgument, refuseOptions } from './arguments.ts';
import type { Command } from './command.ts';
import { positionFinder } from './find.ts';
import { readyToInsert } from './insert.ts';
import { letVariables } from './let-variables.ts';
import { assertShape, type Shape } from './shape.ts';
import { runStatements } from './statements.ts';

const UPDATE: Shape = {
  required: { updates: 'objects' },
  optional: { ordered: 'bool', bypassDocumentValidation: 'bool', let: 'object' },
};

const UPDATE_STATEMENT: Shape = {
  required: { q: 'object', u: 'any' },
  optional: {
    c: 'object',
    multi: 'bool',
    upsert: 'bool',
    collation: 'object',
    arrayFilters: 'objects',
    hint: 'any',
    sort: 'object',
  },
};

export const update: Command = (body, { store, database, now }) => {
  const name = collectionArgument(body, 'update');
  assertShape(body, 'update', UPDATE);
  const statements = documentsArgument(body, 'updates');
  for (const statement of statements) {
    assertShape(statement, 'update.updates', UPDATE_STATEMENT);
    updateKind(statement.u);
  }
  const variables = letVariables(body);
  return store.write(() => {
    const upserts = statements.some((statement) => isTruthy(statement.upsert));
    const collection = upserts ? store.catalog.ensure(database, name) : store.catalog.find(database, name);
    let n = 0;
    let nModified = 0;
    const upserted: EncodableDocument[] = [];
    const writeErrors = runStatements(body, statements, (statement, index) => {
      const result = runUpdate(collection, statement, variables, now());
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

const runUpdate = (
  collection: Collection | undefined,
  statement: Document,
  variables: Variables,
  now: Date,
): UpdateResult => {
  refuseOptions(statement);
  const filter = bindVariables(documentArgument(statement, 'q'), variables);
  const constants = isDocument(statement.c) ? statement.c : undefined;
  const change = parseUpdate(statement.u, readArrayFilters(statement.arrayFilters), { constants, variables });
  const multi = isTruthy(statement.multi);
  if (multi && change.kind === 'replacement') {
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update');
  }
  const sort = readSort(statement.sort);
  if (!collection) {
    compileFilter(splitNear(filter).rest); // where there is nothing to update, a wrong filter is still told so
    return { matched: 0, modified: 0 };
  }
  const changer = createChanger(collection, filter, change, statement, now);
  const query = { filter, limit: multi ? 0 : 1, sort, hint: hintArgument(collection, statement.hint) };
  const targets = findTargets(collection, query);
  if (targets.length === 0 && isTruthy(statement.upsert)) {
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
  if (isTruthy(options.upsert)) assertUpsertFilter(filter);
  const arrayFilters = readArrayFilters(options.arrayFilters);
  const positional = change.kind === 'operators' && change.positional;
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
      return collection.replace(stored, after, encodeUpdated(after));
    },
    upsert: () => {
      const { document, bytes } = readyToInsert(documentToUpsert(filter, change, contextFor(undefined, true)));
      return collection.insert(document, bytes);
    },
  };
};

const DELETE: Shape = {
  required: { deletes: 'objects' },
  optional: { ordered: 'bool', let: 'object' },
};

const DELETE_STATEMENT: Shape = {
  required: { q: 'object', limit: 'any' },
  optional: { collation: 'object', hint: 'any' },
};

/** Deletes: `deletes: [{ q, limit }]`, limit 0 meaning all. */
export const remove: Command = (body, { store, database }) => {
  const name = collectionArgument(body, 'delete');
  assertShape(body, 'delete', DELETE);
  const statements = documentsArgument(body, 'deletes');
  for (const statement of statements) {
    assertShape(statement, 'delete.deletes', DELETE_STATEMENT);
    limitOf(statement);
  }
  const collection = store.catalog.find(database, name);
  const variables = letVariables(body);
  return store.write(() => {
    let n = 0;
    const writeErrors = runStatements(body, statements, (statement) => {
      refuseOptions(statement);
      const filter = bindVariables(documentArgument(statement, 'q'), variables);
      if (!collection) {
        compileFilter(splitNear(filter).rest);
        return;
      }
      const hint = hintArgument(collection, statement.hint);
      for (const target of findTargets(collection, { filter, limit: limitOf(statement), hint })) {
        collection.remove(target);
        n += 1;
      }
    });
    return { n, ...writeErrors };
  });
};

const limitOf = ({ limit }: Document): 0 | 1 => {
  const number = Number(numberOf(limit) ?? 0);
  if (number === 0 || number === 1) return number;
  throw new CommandError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${number}`);
};
