import { type Document, fieldOf, isDocument } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { findTargets } from '../query/execute.ts';
import { isTruthy } from '../query/match-operators.ts';
import { compileProjection } from '../query/projection.ts';
import { readSort } from '../query/sort.ts';
import type { Collection } from '../storage/collection.ts';
import { parseUpdate } from '../update/parse-update.ts';
import { collectionArgument, documentArgument, hintArgument, refuseOptions } from './arguments.ts';
import type { Command } from './command.ts';
import { projected } from './find.ts';
import { createChanger } from './update.ts';

/** Changes or removes one document and answers it, before or after, in one step. */
export const findAndModify: Command = (body, { store, database, now }) => {
  const name = collectionArgument(body, 'findAndModify' in body ? 'findAndModify' : 'findandmodify');
  refuseOptions(body);
  const removing = isTruthy(body.remove);
  if (removing && (body.update !== undefined || isTruthy(body.upsert) || isTruthy(body.new))) {
    throw new CommandError('FailedToParse', "Cannot specify 'update', 'upsert' or 'new' along with 'remove'");
  }
  if (!removing && body.update === undefined) {
    throw new CommandError('FailedToParse', 'Either an update or remove=true must be specified');
  }
  return store.write(() => {
    const upserts = isTruthy(body.upsert);
    const collection = upserts ? store.catalog.ensure(database, name) : store.catalog.find(database, name);
    if (removing) return collection ? removeOne(collection, body) : { lastErrorObject: { n: 0 }, value: null };
    return collection ? updateOne(collection, body, now()) : NOTHING_UPDATED;
  });
};

const NOTHING_UPDATED = { lastErrorObject: { n: 0, updatedExisting: false }, value: null };

const queryOf = (collection: Collection, body: Document) => ({
  filter: documentArgument(body, 'query'),
  sort: readSort(body.sort),
  limit: 1,
  hint: hintArgument(collection, body.hint),
});

const projectorOf = (body: Document) => compileProjection(isDocument(body.fields) ? body.fields : {});

const removeOne = (collection: Collection, body: Document) => {
  const projector = projectorOf(body);
  const [target] = findTargets(collection, queryOf(collection, body));
  if (!target) return { lastErrorObject: { n: 0 }, value: null };
  const value = projected(target, projector);
  collection.remove(target);
  return { lastErrorObject: { n: 1 }, value };
};

const updateOne = (collection: Collection, body: Document, now: Date) => {
  const projector = projectorOf(body);
  const query = queryOf(collection, body);
  const changer = createChanger(collection, query.filter, parseUpdate(body.update), body, now);
  const wantsNew = isTruthy(body.new);
  const [target] = findTargets(collection, query);
  if (target) {
    const after = changer.change(target);
    return {
      lastErrorObject: { n: 1, updatedExisting: true },
      value: projected(wantsNew ? after : target, projector),
    };
  }
  if (!isTruthy(body.upsert)) return NOTHING_UPDATED;
  const inserted = changer.upsert();
  return {
    lastErrorObject: { n: 1, updatedExisting: false, upserted: fieldOf(inserted.document, '_id') ?? null },
    value: wantsNew ? projected(inserted, projector) : null,
  };
};
