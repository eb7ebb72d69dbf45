import { encode } from '../bson/encode.ts';
import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { splitNear } from '../geo/near.ts';
import { bindVariables } from '../query/bind-variables.ts';
import { countQuery, runQuery } from '../query/execute.ts';
import { compileFilter } from '../query/match.ts';
import { isTruthy } from '../query/match-operators.ts';
import { compileByteProjection } from '../query/project-bytes.ts';
import { compileProjection, type Projector } from '../query/projection.ts';
import { readSort } from '../query/sort.ts';
import type { Collection } from '../storage/collection.ts';
import type { StoredDocument } from '../storage/document-cache.ts';
import { collectionArgument, countArgument, documentArgument, hintArgument, refuseOptions } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import type { CursorItem } from './cursors.ts';
import { letVariables } from './let-variables.ts';
import { findProfile, PROFILE } from './profile.ts';
import { assertShape, type Shape } from './shape.ts';

const FIND: Shape = {
  optional: {
    filter: 'object',
    projection: 'object',
    sort: 'object',
    hint: 'any',
    skip: 'count',
    limit: 'count',
    batchSize: 'count',
    ntoreturn: 'count',
    singleBatch: 'bool',
    allowDiskUse: 'bool',
    min: 'object',
    max: 'object',
    returnKey: 'bool',
    showRecordId: 'bool',
    tailable: 'bool',
    awaitData: 'bool',
    oplogReplay: 'bool',
    noCursorTimeout: 'bool',
    allowPartialResults: 'bool',
    collation: 'object',
    let: 'object',
    readOnce: 'bool',
  },
};

export const find: Command = (body, context) => {
  const name = collectionArgument(body, 'find');
  assertShape(body, 'find', FIND);
  refuseOptions(body, 'returnKey', 'showRecordId', 'min', 'max');
  const collection = context.store.catalog.find(context.database, name);
  if (collection && isTruthy(body.tailable)) {
    throw new CommandError('BadValue', 'tailable cursor requested on non capped collection');
  }
  const namespace = `${context.database}.${name}`;
  const items = name === PROFILE ? findProfile(body, context) : itemsOf(collection, body);
  return context.cursors.first(
    { namespace, items, alive: aliveness(context, name, collection) },
    {
      batchSize: body.batchSize === undefined ? undefined : countArgument(body, 'batchSize', 0),
      singleBatch: isTruthy(body.singleBatch),
    },
  );
};

const itemsOf = (collection: Collection | undefined, body: Document): Iterator<CursorItem> =>
  collection ? findItems(collection, body) : checkedButEmpty(body);

/** A cursor must not answer from what is left when its collection, or an index it may be reading, was dropped meanwhile. */
export const aliveness = ({ store, database }: CommandContext, name: string, collection: Collection | undefined) => {
  const indexes = collection?.indexes.map(({ id }) => id) ?? [];
  return (): boolean => {
    if (!collection) return true;
    const now = store.catalog.find(database, name);
    return now?.id === collection.id && indexes.every((id) => now.indexes.some((index) => index.id === id));
  };
};

function* findItems(collection: Collection, body: Document): Generator<CursorItem> {
  const filter = filterOf(body);
  const projector = compileProjection(documentArgument(body, 'projection'));
  const found = runQuery(collection, {
    filter,
    sort: readSort(body.sort),
    skip: countArgument(body, 'skip', 0),
    limit: countArgument(body, 'limit', 0),
    hint: hintArgument(collection, body.hint),
    natural: naturalHint(body.hint),
  });
  if (!projector) {
    for (const stored of found) yield stored.bytes;
    return;
  }
  const short = compileByteProjection(documentArgument(body, 'projection'));
  const matched = usesPosition(body.projection) ? positionFinder(filter) : () => undefined;
  for (const stored of found) {
    yield short?.(stored.bytes) ?? encode(projector(stored.document, matched(stored.document)));
  }
}

/** The direction of a hint to read the collection as it stands. */
const naturalHint = (hint: Value | undefined): 1 | -1 | undefined => {
  if (!isDocument(hint) || hint.$natural === undefined) return undefined;
  return readSort({ $natural: hint.$natural })[0]?.order;
};

/** The filter, in which `$expr` knows the variables of the command. */
const filterOf = (body: Document): Document => {
  const filter = documentArgument(body, 'filter');
  return body.let === undefined ? filter : bindVariables(filter, letVariables(body));
};

/** A wrong query is told so also where there is nothing to find. */
const checkedButEmpty = (body: Document): Iterator<CursorItem> => {
  compileFilter(splitNear(filterOf(body)).rest);
  compileProjection(documentArgument(body, 'projection'));
  readSort(body.sort);
  return [].values();
};

const usesPosition = (projection: Value | undefined): boolean =>
  typeof projection === 'object' && projection !== null && Object.keys(projection).some((name) => name.endsWith('.$'));

/** The array position at which a document met the filter. */
export const positionFinder = (filter: Document): ((document: Document) => number | undefined) => {
  const matches = compileFilter(splitNear(filter).rest);
  return (document) => {
    let position: number | undefined;
    matches(document, (at) => {
      position = at;
    });
    return position;
  };
};

/** One document as findAndModify shows it. */
export const projected = (stored: StoredDocument, projector: Projector | undefined): CursorItem =>
  projector ? encode(projector(stored.document, undefined)) : stored.bytes;

const GET_MORE: Shape = {
  required: { getMore: 'long', collection: 'string' },
  optional: { batchSize: 'count', term: 'any', lastKnownCommittedOpTime: 'any' },
};

export const getMore: Command = (body, context) => {
  assertShape(body, 'getMore', GET_MORE);
  const id = BigInt(numberOf(body.getMore) ?? 0);
  const collection = collectionArgument(body, 'collection');
  const batchSize = body.batchSize === undefined ? undefined : countArgument(body, 'batchSize', 0);
  return context.cursors.next(id, `${context.database}.${collection}`, batchSize);
};

export const killCursors: Command = (body, context) => {
  assertShape(body, 'killCursors', { required: { cursors: 'longs' } });
  const ids = Array.isArray(body.cursors) ? body.cursors.map((id) => BigInt(numberOf(id) ?? 0)) : [];
  const killed = ids.filter((id) => context.cursors.kill(id));
  return {
    cursorsKilled: killed,
    cursorsNotFound: ids.filter((id) => !killed.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
};

const COUNT: Shape = {
  optional: { query: 'object', limit: 'any', skip: 'any', hint: 'any', collation: 'object', fields: 'object' },
};

export const count: Command = (body, context) => {
  const collection = context.store.catalog.find(context.database, collectionArgument(body, 'count'));
  assertShape(body, 'count', COUNT);
  refuseOptions(body);
  for (const name of ['limit', 'skip']) {
    if (body[name] !== undefined && numberOf(body[name]) === undefined) {
      throw new CommandError('BadValue', `${name} value is not a valid number`);
    }
  }
  const filter = documentArgument(body, 'query');
  const skip = countArgument(body, 'skip', 0);
  const limit = Math.abs(Number(numberOf(body.limit) ?? 0));
  if (!collection) {
    compileFilter(splitNear(filter).rest);
    return { n: 0 };
  }
  const hint = hintArgument(collection, body.hint);
  if (Object.keys(filter).length === 0 && !hint) {
    const rest = Math.max(0, collection.count() - skip);
    return { n: limit > 0 ? Math.min(limit, rest) : rest };
  }
  return { n: countQuery(collection, { filter, skip, limit, hint }) };
};
