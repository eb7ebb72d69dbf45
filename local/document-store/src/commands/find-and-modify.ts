import { type Document, fieldOf, isDocument } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { splitNear } from '../geo/near.ts';
import { bindVariables } from '../query/bind-variables.ts';
import { findTargets } from '../query/execute.ts';
import { compileFilter } from '../query/match.ts';
import { isTruthy } from '../query/match-operators.ts';
import { compileProjection } from '../query/projection.ts';
import { readSort } from '../query/sort.ts';
import type { Collection } from '../storage/collection.ts';
import { parseUpdate, type Update } from '../update/parse-update.ts';
import { readArrayFilters } from '../update/positions.ts';
import { collectionArgument, documentArgument, hintArgument, refuseOptions } from './arguments.ts';
import type { Command } from './command.ts';
import { projected } from './find.ts';
import { letVariables } from './let-variables.ts';
import { assertShape, type Shape } from './shape.ts';
import { createChanger } from './update.ts';

const FIND_AND_MODIFY: Shape = {
  optional: {
    query: 'object',
    sort: 'object',
    fields: 'object',
    remove: 'bool',
    update: 'any',
    new: 'bool',
    upsert: 'bool',
    hint: 'any',
    collation: 'object',
    arrayFilters: 'objects',
    bypassDocumentValidation: 'bool',
    let: 'object',
  },
};

/** Changes or removes one document and answers it, before or after, in one step. */
export const findAndModify: Command = (body, { store, database, now }) => {
  const command = 'findAndModify' in body ? 'findAndModify' : 'findandmodify';
  const name = collectionArgument(body, command);
  assertShape(body, command, FIND_AND_MODIFY);
  refuseOptions(body);
  const removing = isTruthy(body.remove);
  assertOneMeaning(body, removing);
  return store.write(() => {
    const upserts = isTruthy(body.upsert);
    const collection = upserts ? store.catalog.ensure(database, name) : store.catalog.find(database, name);
    if (collection) return removing ? removeOne(collection, body) : updateOne(collection, body, now());
    checkParts(body);
    return removing ? NOTHING_REMOVED : NOTHING_UPDATED;
  });
};

const assertOneMeaning = (body: Document, removing: boolean): void => {
  if (!removing && body.update === undefined) {
    throw new CommandError('FailedToParse', 'Either an update or remove=true must be specified');
  }
  if (!removing) return;
  if (body.update !== undefined) {
    throw new CommandError('FailedToParse', 'Cannot specify both an update and remove=true');
  }
  if (isTruthy(body.upsert)) {
    throw new CommandError('FailedToParse', 'Cannot specify both upsert=true and remove=true');
  }
  if (isTruthy(body.new)) {
    throw new CommandError(
      'FailedToParse',
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  }
  if (body.arrayFilters !== undefined) {
    throw new CommandError('FailedToParse', 'Cannot specify arrayFilters and remove=true');
  }
};

const NOTHING_UPDATED = { lastErrorObject: { n: 0, updatedExisting: false }, value: null };

const NOTHING_REMOVED = { lastErrorObject: { n: 0 }, value: null };

/** Where there is no collection, a wrong filter, sort, projection or update is still told so. */
const checkParts = (body: Document): void => {
  compileFilter(splitNear(filterOf(body)).rest);
  readSort(body.sort);
  projectorOf(body);
  if (body.update !== undefined) changeOf(body);
};

const filterOf = (body: Document): Document => bindVariables(documentArgument(body, 'query'), letVariables(body));

const changeOf = (body: Document): Update =>
  parseUpdate(body.update, readArrayFilters(body.arrayFilters), { variables: letVariables(body) });

const queryOf = (collection: Collection, body: Document) => ({
  filter: filterOf(body),
  sort: readSort(body.sort),
  limit: 1,
  hint: hintArgument(collection, body.hint),
});

const projectorOf = (body: Document) => compileProjection(isDocument(body.fields) ? body.fields : {});

const removeOne = (collection: Collection, body: Document) => {
  const projector = projectorOf(body);
  const [target] = findTargets(collection, queryOf(collection, body));
  if (!target) return NOTHING_REMOVED;
  const value = projected(target, projector);
  collection.remove(target);
  return { lastErrorObject: { n: 1 }, value };
};

const updateOne = (collection: Collection, body: Document, now: Date) => {
  const projector = projectorOf(body);
  const query = queryOf(collection, body);
  const changer = createChanger(collection, query.filter, changeOf(body), body, now);
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
