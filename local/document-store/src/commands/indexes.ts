import { encode } from '../bson/encode.ts';
import { type Document, isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import {
  describeIndex,
  type IndexDefinition,
  readIndexDefinition,
  sameIndex,
  sameSignature,
} from '../indexes/definition.ts';
import { inShell } from '../indexes/duplicate-key.ts';
import { assertPartialFilter } from '../indexes/partial-filter.ts';
import type { Collection } from '../storage/collection.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import { collectionArgument, documentsArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { assertShape, missingField, type Shape, wrongType } from './shape.ts';

const CREATE_INDEXES: Shape = {
  required: { indexes: 'objects' },
  optional: { commitQuorum: 'any', ignoreUnknownIndexOptions: 'bool' },
};

export const createIndexes: Command = (body, { store, database }) => {
  const name = collectionArgument(body, 'createIndexes');
  assertShape(body, 'createIndexes', CREATE_INDEXES);
  const definitions = documentsArgument(body, 'indexes').map(readIndexDefinition);
  for (const { partialFilter } of definitions) if (partialFilter) assertPartialFilter(partialFilter);
  if (definitions.length === 0) throw new CommandError('BadValue', 'Must specify at least one index to create');
  const existed = store.catalog.find(database, name);
  const current = (): Collection => store.catalog.ensure(database, name);
  const missing = existed ? definitions.filter((definition) => !alreadyThere(existed, definition)) : definitions;
  if (existed && missing.length === 0) {
    const count = existed.indexes.length;
    return {
      numIndexesBefore: count,
      numIndexesAfter: count,
      createdCollectionAutomatically: false,
      note: 'all indexes already exist',
    };
  }
  return store.write(() => {
    const before = current().indexes.length;
    for (const definition of missing)
      if (!alreadyThere(current(), definition)) store.catalog.addIndex(current(), definition);
    return {
      numIndexesBefore: before,
      numIndexesAfter: current().indexes.length,
      createdCollectionAutomatically: existed === undefined,
    };
  });
};

/** @throws CommandError when an index of this name or signature exists and is another one. */
const alreadyThere = (collection: Collection, wanted: IndexDefinition): boolean => {
  const definitions = collection.indexes.map(({ definition }) => definition);
  const named = definitions.find(({ name }) => name === wanted.name);
  if (named) {
    if (sameIndex(named, wanted)) return true;
    throw sameSignature(named, wanted)
      ? conflict(
          'IndexOptionsConflict',
          'An equivalent index already exists with the same name but different options.',
          wanted,
          named,
        )
      : conflict(
          'IndexKeySpecsConflict',
          'An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation.',
          wanted,
          named,
        );
  }
  const alike = definitions.find((definition) => sameSignature(definition, wanted));
  if (!alike) return false;
  if (alike.name === '_id_') return true;
  throw sameIndex(alike, wanted)
    ? new CommandError('IndexOptionsConflict', `Index already exists with a different name: ${alike.name}`)
    : conflict(
        'IndexOptionsConflict',
        'An equivalent index already exists with a different name and options.',
        wanted,
        alike,
      );
};

const conflict = (
  code: 'IndexOptionsConflict' | 'IndexKeySpecsConflict',
  reason: string,
  wanted: IndexDefinition,
  there: IndexDefinition,
): CommandError =>
  new CommandError(
    code,
    `${reason} Requested index: ${inShell(describeIndex(wanted))}, existing index: ${inShell(describeIndex(there))}`,
  );

const existing = (collection: Collection | undefined, namespace: string): Collection => {
  if (collection) return collection;
  throw new CommandError('NamespaceNotFound', `ns does not exist: ${namespace}`);
};

export const listIndexes: Command = (body, { store, cursors, database }) => {
  const name = collectionArgument(body, 'listIndexes');
  const namespace = `${database}.${name}`;
  const collection = existing(store.catalog.find(database, name), namespace);
  const items = collection.indexes.map(({ definition }) => encode(describeIndex(definition))).values();
  return cursors.first({ namespace, items, alive: () => true }, { batchSize: Number.POSITIVE_INFINITY });
};

export const dropIndexes: Command = (body, { store, database }) => {
  const name = collectionArgument(body, 'dropIndexes' in body ? 'dropIndexes' : 'deleteIndexes');
  const wanted = body.index ?? null;
  if (wanted === null) throw missingField('dropIndexes.index');
  const collection = existing(store.catalog.find(database, name), `${database}.${name}`);
  const targets = indexesToDrop(collection, wanted);
  return store.write(() => {
    for (const target of targets) store.catalog.dropIndex(collection, target);
    return { nIndexesWas: collection.indexes.length };
  });
};

const indexesToDrop = (collection: Collection, wanted: Value): CollectionIndex[] => {
  const others = collection.indexes.filter(({ definition }) => definition.name !== '_id_');
  if (wanted === '*') return others;
  if (Array.isArray(wanted)) return wanted.flatMap((one) => [namedIndex(collection, one)]);
  const found = isDocument(wanted) ? indexOfKey(collection, wanted) : namedIndex(collection, wanted);
  return [found];
};

const namedIndex = (collection: Collection, wanted: Value): CollectionIndex => {
  if (typeof wanted !== 'string') throw wrongType('dropIndexes.index', wanted, 'string');
  const found = collection.indexes.find(({ definition }) => definition.name === wanted);
  if (!found) throw new CommandError('IndexNotFound', `index not found with name [${wanted}]`);
  return notOfId(found);
};

const indexOfKey = (collection: Collection, key: Document): CollectionIndex => {
  const wanted = inShell(key);
  const [found, second] = collection.indexes.filter(({ definition }) => inShell(definition.key) === wanted);
  if (!found) throw new CommandError('IndexNotFound', `can't find index with key: ${wanted}`);
  if (!second) return notOfId(found);
  throw new CommandError(
    'AmbiguousIndexKeyPattern',
    `${wanted} matches indexes of several names, such as '${found.definition.name}' and '${second.definition.name}'; use the name`,
  );
};

const notOfId = (index: CollectionIndex): CollectionIndex => {
  if (index.definition.name === '_id_') throw new CommandError('InvalidOptions', 'cannot drop _id index');
  return index;
};
