import { encode } from '../bson/encode.ts';
import { isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { describeIndex, type IndexDefinition, readIndexDefinition, sameIndex, sameKey } from '../indexes/definition.ts';
import { inShell } from '../indexes/duplicate-key.ts';
import type { Collection } from '../storage/collection.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import { collectionArgument, documentsArgument } from './arguments.ts';
import type { Command } from './command.ts';

export const createIndexes: Command = (body, { store, database }) => {
  const name = collectionArgument(body, 'createIndexes');
  const definitions = documentsArgument(body, 'indexes').map(readIndexDefinition);
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

/** @throws CommandError when an index of this name or key exists and is another one. */
const alreadyThere = (collection: Collection, wanted: IndexDefinition): boolean => {
  const named = collection.indexes.find(({ definition }) => definition.name === wanted.name)?.definition;
  if (named && !sameKey(named, wanted)) {
    throw new CommandError(
      'IndexKeySpecsConflict',
      `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${inShell(describeIndex(wanted))}, existing index: ${inShell(describeIndex(named))}`,
    );
  }
  if (named && sameIndex(named, wanted)) return true;
  const alike = collection.indexes.find(
    ({ definition }) => sameKey(definition, wanted) && samePartialFilter(definition, wanted),
  )?.definition;
  if (named) {
    throw new CommandError(
      'IndexKeySpecsConflict',
      `An existing index has the same name as the requested index but other options: ${wanted.name}`,
    );
  }
  if (!alike) return false;
  if (alike.name === '_id_' && wanted.fields[0]?.name === '_id') return true;
  throw new CommandError(
    'IndexOptionsConflict',
    sameIndex(alike, wanted)
      ? `Index already exists with a different name: ${alike.name}`
      : `An equivalent index already exists with a different name and options. Requested index: ${inShell(describeIndex(wanted))}, existing index: ${inShell(describeIndex(alike))}`,
  );
};

/** Since MongoDB 5, indexes on the same fields may differ in their partial filter, and in being sparse or unique. */
const samePartialFilter = (a: IndexDefinition, b: IndexDefinition): boolean =>
  inShell(a.partialFilter ?? null) === inShell(b.partialFilter ?? null) &&
  a.unique === b.unique &&
  a.sparse === b.sparse;

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
  const collection = existing(store.catalog.find(database, name), `${database}.${name}`);
  const targets = indexesToDrop(collection, body.index ?? null);
  return store.write(() => {
    for (const target of targets) store.catalog.dropIndex(collection, target);
    return { nIndexesWas: collection.indexes.length };
  });
};

const indexesToDrop = (collection: Collection, wanted: Value): CollectionIndex[] => {
  const others = collection.indexes.filter(({ definition }) => definition.name !== '_id_');
  if (wanted === '*') return others;
  if (Array.isArray(wanted)) return wanted.flatMap((one) => indexesToDrop(collection, one));
  const found = collection.indexes.find(({ definition }) =>
    isDocument(wanted) ? inShell(definition.key) === inShell(wanted) : definition.name === wanted,
  );
  if (!found)
    throw new CommandError(
      'IndexNotFound',
      `index not found with name [${isDocument(wanted) ? inShell(wanted) : wanted}]`,
    );
  if (found.definition.name === '_id_') throw new CommandError('InvalidOptions', 'cannot drop _id index');
  return [found];
};
