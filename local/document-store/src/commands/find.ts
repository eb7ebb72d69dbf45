import { encode } from '../bson/encode.ts';
import { type Document, numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { splitNear } from '../geo/near.ts';
import { countQuery, runQuery } from '../query/execute.ts';
import { compileFilter } from '../query/match.ts';
import { compileByteProjection } from '../query/project-bytes.ts';
import { compileProjection, type Projector } from '../query/projection.ts';
import { readSort } from '../query/sort.ts';
import type { Collection } from '../storage/collection.ts';
import type { StoredDocument } from '../storage/document-cache.ts';
import { collectionArgument, countArgument, documentArgument, hintArgument, refuseOptions } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import type { CursorItem } from './cursors.ts';
import { findProfile, PROFILE } from './profiler.ts';

export const find: Command = (body, context) => {
  const name = collectionArgument(body, 'find');
  refuseOptions(body, 'tailable', 'returnKey', 'showRecordId', 'min', 'max');
  const collection = context.store.catalog.find(context.database, name);
  const limit = numberOf(body.limit) ?? 0;
  const namespace = `${context.database}.${name}`;
  const items = name === PROFILE ? findProfile(body, context) : itemsOf(collection, body);
  return context.cursors.first(
    { namespace, items, alive: aliveness(context, name, collection) },
    {
      batchSize: body.batchSize === undefined ? undefined : countArgument(body, 'batchSize', 0),
      singleBatch: body.singleBatch === true || Number(limit) < 0,
    },
  );
};

const itemsOf = (collection: Collection | undefined, body: Document): Iterator<CursorItem> =>
  collection ? findItems(collection, body) : checkedButEmpty(body);

/** A cursor of a collection that was dropped meanwhile must not answer from what is left of it. */
export const aliveness = (context: CommandContext, name: string, collection: Collection | undefined) => (): boolean =>
  !collection || context.store.catalog.find(context.database, name)?.id === collection.id;

function* findItems(collection: Collection, body: Document): Generator<CursorItem> {
  const filter = documentArgument(body, 'filter');
  const projector = compileProjection(documentArgument(body, 'projection'));
  const found = runQuery(collection, {
    filter,
    sort: readSort(body.sort),
    skip: countArgument(body, 'skip', 0),
    limit: Math.abs(Number(numberOf(body.limit) ?? 0)),
    hint: hintArgument(collection, body.hint),
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

/** A wrong query is told so also where there is nothing to find. */
const checkedButEmpty = (body: Document): Iterator<CursorItem> => {
  compileFilter(splitNear(documentArgument(body, 'filter')).rest);
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

export const getMore: Command = (body, context) => {
  const id = BigInt(numberOf(body.getMore) ?? 0);
  const collection = collectionArgument(body, 'collection');
  const batchSize = body.batchSize === undefined ? undefined : countArgument(body, 'batchSize', 0);
  return context.cursors.next(id, `${context.database}.${collection}`, batchSize);
};

export const killCursors: Command = (body, context) => {
  const { cursors } = body;
  if (!Array.isArray(cursors)) throw new CommandError('TypeMismatch', "BSON field 'cursors' must be an array");
  const ids = cursors.map((id) => BigInt(numberOf(id) ?? 0));
  const killed = ids.filter((id) => context.cursors.kill(id));
  return {
    cursorsKilled: killed,
    cursorsNotFound: ids.filter((id) => !killed.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
};

export const count: Command = (body, context) => {
  const collection = context.store.catalog.find(context.database, collectionArgument(body, 'count'));
  const query = documentArgument(body, 'query');
  if (!collection) return { n: 0 };
  const skip = countArgument(body, 'skip', 0);
  const limit = Math.abs(Number(numberOf(body.limit) ?? 0));
  if (Object.keys(query).length === 0) {
    const rest = Math.max(0, collection.count() - skip);
    return { n: limit > 0 ? Math.min(limit, rest) : rest };
  }
  return { n: countQuery(collection, { filter: query, skip, limit, hint: hintArgument(collection, body.hint) }) };
};
