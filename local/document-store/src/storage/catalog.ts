import { decode } from '../bson/decode.ts';
import { encode } from '../bson/encode.ts';
import { CommandError } from '../command-error.ts';
import { describeIndex, ID_INDEX, type IndexDefinition, readIndexDefinition } from '../indexes/definition.ts';
import { type Collection, createDocumentTable, dropDocumentTable, openCollection } from './collection.ts';
import { type CollectionIndex, openCollectionIndex } from './collection-index.ts';
import { bytesColumn, numberColumn, textColumn } from './columns.ts';
import type { DocumentCache } from './document-cache.ts';
import { createGeoTable, dropGeoTable } from './geo-table.ts';
import { createIndexTable, dropIndexTable } from './index-table.ts';
import type { Column, Sqlite } from './sqlite.ts';

/** Which databases, collections and indexes there are. Changes must happen inside a transaction of the store. */
export interface Catalog {
  databases(): string[];
  collections(database: string): string[];
  find(database: string, name: string): Collection | undefined;
  /** The collection, created if need be. @throws CommandError InvalidNamespace. */
  ensure(database: string, name: string): Collection;
  drop(database: string, name: string): void;
  rename(collection: Collection, database: string, name: string): void;
  /** Adds an index and fills it. @throws CommandError DuplicateKey and others when a document does not fit. */
  addIndex(collection: Collection, definition: IndexDefinition): void;
  dropIndex(collection: Collection, index: CollectionIndex): void;
  /** Forgets everything in memory and reads it again: after a rollback only the file is true. */
  reload(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (database, name));
  CREATE TABLE IF NOT EXISTS indexes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, name TEXT NOT NULL, specification BLOB NOT NULL,
    multikey TEXT NOT NULL, UNIQUE (collection, name));
`;

export const openCatalog = (sqlite: Sqlite, cache: DocumentCache): Catalog => {
  sqlite.execute(SCHEMA);
  let open = new Map<string, Collection>();

  const keyOf = (database: string, name: string): string => `${database}.${name}`;

  const openIndex = (namespace: string, [id, specification, multikey]: Column[]): CollectionIndex => {
    const indexId = numberColumn(id);
    return openCollectionIndex({
      sqlite,
      namespace,
      id: indexId,
      definition: readIndexDefinition(decode(bytesColumn(specification))),
      multikey: [...textColumn(multikey)].map((flag) => flag === '1'),
      onMultikey: (flags) =>
        sqlite.prepare('UPDATE indexes SET multikey = ? WHERE id = ?').run(flagText(flags), indexId),
    });
  };

  const load = (id: number, database: string, name: string): Collection => {
    const namespace = keyOf(database, name);
    const rows = sqlite
      .prepare('SELECT id, specification, multikey FROM indexes WHERE collection = ? ORDER BY id')
      .all(id);
    const collection = openCollection({
      sqlite,
      cache,
      id,
      namespace,
      indexes: rows.map((row) => openIndex(namespace, row)),
    });
    open.set(namespace, collection);
    return collection;
  };

  const reload = (): void => {
    open = new Map();
    cache.clear();
    sqlite.forgetStatements();
    for (const [id, database, name] of sqlite.prepare('SELECT id, database, name FROM collections').all()) {
      load(numberColumn(id), textColumn(database), textColumn(name));
    }
  };

  const reloadOne = (collection: Collection): Collection => {
    const { database, name } = splitNamespace(collection.namespace);
    return load(collection.id, database, name);
  };

  const addIndex = (collection: Collection, definition: IndexDefinition): void => {
    sqlite
      .prepare('INSERT INTO indexes (collection, name, specification, multikey) VALUES (?, ?, ?, ?)')
      .run(
        collection.id,
        definition.name,
        encode(specificationOf(definition)),
        flagText(definition.fields.map(() => false)),
      );
    const id = numberColumn(
      sqlite
        .prepare('SELECT id FROM indexes WHERE collection = ? AND name = ?')
        .first(collection.id, definition.name)?.[0],
    );
    createIndexTable(sqlite, id, definition.unique);
    if (definition.geoField) createGeoTable(sqlite, id);
    const index = reloadOne(collection).indexes.find((one) => one.id === id);
    for (const documentId of collection.scan()) {
      index?.change(documentId, undefined, collection.read(documentId)?.document)?.apply();
    }
  };

  const removeIndex = (index: CollectionIndex): void => {
    sqlite.prepare('DELETE FROM indexes WHERE id = ?').run(index.id);
    dropIndexTable(sqlite, index.id);
    dropGeoTable(sqlite, index.id);
  };

  const create = (database: string, name: string): Collection => {
    assertNamespace(database, name);
    sqlite.prepare('INSERT INTO collections (database, name) VALUES (?, ?)').run(database, name);
    const row = sqlite.prepare('SELECT id FROM collections WHERE database = ? AND name = ?').first(database, name);
    const id = numberColumn(row?.[0]);
    createDocumentTable(sqlite, id);
    addIndex(load(id, database, name), readIndexDefinition(ID_INDEX));
    return load(id, database, name);
  };

  reload();
  return {
    reload,
    addIndex,
    databases: () =>
      sqlite
        .prepare('SELECT DISTINCT database FROM collections ORDER BY database')
        .all()
        .map(([name]) => textColumn(name)),
    collections: (database) =>
      sqlite
        .prepare('SELECT name FROM collections WHERE database = ? ORDER BY name')
        .all(database)
        .map(([name]) => textColumn(name)),
    find: (database, name) => open.get(keyOf(database, name)),
    ensure: (database, name) => open.get(keyOf(database, name)) ?? create(database, name),
    drop: (database, name) => {
      const collection = open.get(keyOf(database, name));
      if (!collection) return;
      for (const index of collection.indexes) removeIndex(index);
      dropDocumentTable(sqlite, collection.id);
      sqlite.prepare('DELETE FROM collections WHERE id = ?').run(collection.id);
      open.delete(collection.namespace);
    },
    rename: (collection, database, name) => {
      assertNamespace(database, name);
      sqlite.prepare('UPDATE collections SET database = ?, name = ? WHERE id = ?').run(database, name, collection.id);
      open.delete(collection.namespace);
      load(collection.id, database, name);
    },
    dropIndex: (collection, index) => {
      removeIndex(index);
      reloadOne(collection);
    },
  };
};

const flagText = (flags: readonly boolean[]): string => flags.map((flag) => (flag ? '1' : '0')).join('');

const specificationOf = (definition: IndexDefinition) => {
  const { v: _version, '2dsphereIndexVersion': _geoVersion, ...specification } = describeIndex(definition);
  return specification;
};

/** A database name has no dot, so the first one ends it. */
export const splitNamespace = (namespace: string): { database: string; name: string } => {
  const dot = namespace.indexOf('.');
  return { database: namespace.slice(0, dot), name: namespace.slice(dot + 1) };
};

const assertNamespace = (database: string, name: string): void => {
  const bad =
    database === '' ||
    /[\0 "$*./<>:?|\\]/.test(database) ||
    database.length > 63 ||
    name === '' ||
    /[\0$]/.test(name) ||
    name.startsWith('.') ||
    name.startsWith('system.') ||
    `${database}.${name}`.length > 255;
  if (bad) throw new CommandError('InvalidNamespace', `Invalid namespace specified '${database}.${name}'`);
};
