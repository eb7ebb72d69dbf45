import { encode } from '../bson/encode.ts';
import { type Document, isDocument } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { describeIndex } from '../indexes/definition.ts';
import { compileFilter } from '../query/match.ts';
import { splitNamespace } from '../storage/catalog.ts';
import { collectionArgument, documentArgument, refuseOptions, textArgument } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { assertShape, type Shape } from './shape.ts';

/** Options that would make another kind of collection. */
const CREATE_OPTIONS_REFUSED = [
  'capped',
  'timeseries',
  'viewOn',
  'pipeline',
  'validator',
  'clusteredIndex',
  'expireAfterSeconds',
  'changeStreamPreAndPostImages',
  'encryptedFields',
];

const CREATE: Shape = {
  optional: {
    ...Object.fromEntries(CREATE_OPTIONS_REFUSED.map((option) => [option, 'any' as const])),
    size: 'any',
    max: 'any',
    autoIndexId: 'bool',
    idIndex: 'object',
    storageEngine: 'object',
    validationLevel: 'string',
    validationAction: 'string',
    indexOptionDefaults: 'object',
    collation: 'object',
  },
};

export const create: Command = (body, { store, database }) => {
  const name = collectionArgument(body, 'create');
  assertShape(body, 'create', CREATE);
  if (store.catalog.find(database, name)) {
    throw new CommandError('NamespaceExists', `Collection ${database}.${name} already exists.`);
  }
  refuseOptions(body);
  for (const option of CREATE_OPTIONS_REFUSED) {
    if (body[option] !== undefined && body[option] !== false) throw unsupported(`a collection with '${option}'`);
  }
  return store.write(() => {
    store.catalog.ensure(database, name);
    return {};
  });
};

export const drop: Command = (body, { store, database }) => {
  const name = collectionArgument(body, 'drop');
  const collection = store.catalog.find(database, name);
  if (!collection) return {}; // MongoDB 7: dropping what is not there succeeds
  return store.write(() => {
    store.catalog.drop(database, name);
    return { nIndexesWas: collection.indexes.length, ns: collection.namespace };
  });
};

export const dropDatabase: Command = (_body, { store, database }) => {
  const names = store.catalog.collections(database);
  if (names.length === 0) return {};
  return store.write(() => {
    for (const name of names) store.catalog.drop(database, name);
    return { dropped: database };
  });
};

const assertAdmin = (command: string, database: string): void => {
  if (database === 'admin') return;
  throw new CommandError('Unauthorized', `${command} may only be run against the admin database.`);
};

export const renameCollection: Command = (body, { store, database }) => {
  assertAdmin('renameCollection', database);
  const from = splitNamespace(textArgument(body, 'renameCollection'));
  const to = splitNamespace(textArgument(body, 'to'));
  const collection = store.catalog.find(from.database, from.name);
  if (!collection) throw new CommandError('NamespaceNotFound', 'Source collection does not exist');
  const taken = store.catalog.find(to.database, to.name);
  if (taken && body.dropTarget !== true) throw new CommandError('NamespaceExists', 'target namespace exists');
  return store.write(() => {
    if (taken) store.catalog.drop(to.database, to.name);
    store.catalog.rename(collection, to.database, to.name);
    return {};
  });
};

export const listCollections: Command = (body, context) => {
  const { store, cursors, database } = context;
  const matches = compileFilter(documentArgument(body, 'filter'));
  const items = store.catalog
    .collections(database)
    .map((name) => describeCollection(context, name, body.nameOnly === true))
    .filter((description) => matches(description))
    .map((description) => encode(description));
  return cursors.first(
    { namespace: `${database}.$cmd.listCollections`, items: items.values(), alive: () => true },
    { batchSize: Number.POSITIVE_INFINITY },
  );
};

const describeCollection = ({ store, database }: CommandContext, name: string, nameOnly: boolean): Document => {
  if (nameOnly) return { name, type: 'collection' };
  const idIndex = store.catalog.find(database, name)?.indexes.find(({ definition }) => definition.name === '_id_');
  return {
    name,
    type: 'collection',
    options: {},
    info: { readOnly: false },
    idIndex: idIndex ? describeIndex(idIndex.definition) : {},
  };
};

export const listDatabases: Command = (body, { store, database: asked }) => {
  assertAdmin('listDatabases', asked);
  const filter = isDocument(body.filter) ? body.filter : {};
  const matches = compileFilter(filter);
  const databases = store.catalog
    .databases()
    .map((name) => (body.nameOnly === true ? { name } : { name, sizeOnDisk: 0, empty: false }))
    .filter((database) => matches(database));
  return { databases, totalSize: 0, totalSizeMb: 0 };
};
