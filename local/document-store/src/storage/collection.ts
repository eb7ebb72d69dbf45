import type { Document } from '../bson/value.ts';
import type { CollectionIndex } from './collection-index.ts';
import { bytesColumn, numberColumn } from './columns.ts';
import { type DocumentCache, type StoredDocument, storedDocument } from './document-cache.ts';
import type { Sqlite } from './sqlite.ts';

/** The documents of one collection and their indexes. Every write must happen inside a transaction of the store. */
export interface Collection {
  readonly id: number;
  readonly namespace: string;
  readonly indexes: readonly CollectionIndex[];
  read(id: number): StoredDocument | undefined;
  /** Document numbers in the order of insertion. */
  scan(direction?: 1 | -1): Generator<number>;
  count(): number;
  /**
   * `bytes` are kept and must not change any more.
   * @throws CommandError DuplicateKey and others of `CollectionIndex.change`; then nothing was written.
   */
  insert(document: Document, bytes: Buffer): StoredDocument;
  /** @throws CommandError as `insert`. */
  replace(stored: StoredDocument, document: Document, bytes: Buffer): StoredDocument;
  remove(stored: StoredDocument): void;
}

const PAGE = 256;

/** In memory of its own: a slice of a shared slab would keep the whole slab as long as it is cached. */
const alone = (bytes: Buffer): Buffer => {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
};

const tableName = (collectionId: number): string => `documents_${collectionId}`;

export const createDocumentTable = (sqlite: Sqlite, collectionId: number): void =>
  sqlite.execute(`CREATE TABLE ${tableName(collectionId)} (id INTEGER PRIMARY KEY, body BLOB NOT NULL)`);

export const dropDocumentTable = (sqlite: Sqlite, collectionId: number): void => {
  sqlite.forgetStatements();
  sqlite.execute(`DROP TABLE IF EXISTS ${tableName(collectionId)}`);
};

export interface CollectionOptions {
  readonly sqlite: Sqlite;
  readonly cache: DocumentCache;
  readonly id: number;
  readonly namespace: string;
  readonly indexes: readonly CollectionIndex[];
}

export const openCollection = ({
  sqlite,
  cache,
  id: collectionId,
  namespace,
  indexes,
}: CollectionOptions): Collection => {
  const table = tableName(collectionId);
  const readSql = `SELECT body FROM ${table} WHERE id = ?`;
  const insertSql = `INSERT INTO ${table} (id, body) VALUES (?, ?)`;
  const updateSql = `UPDATE ${table} SET body = ? WHERE id = ?`;
  const deleteSql = `DELETE FROM ${table} WHERE id = ?`;
  const scanSql = {
    1: `SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
    [-1]: `SELECT id FROM ${table} WHERE id < ? ORDER BY id DESC LIMIT ${PAGE}`,
  };
  let lastId = numberColumn(sqlite.prepare(`SELECT COALESCE(MAX(id), 0) FROM ${table}`).first()?.[0]);

  const onDecoded = (stored: StoredDocument): void => cache.grew(collectionId, stored);

  // Every change is worked out, and may be refused, before the first is written: a document is written whole or not at all.
  const changesOf = (id: number, before: Document | undefined, after: Document | undefined) =>
    indexes.map((index) => index.change(id, before, after));

  return {
    id: collectionId,
    namespace,
    indexes,
    read: (id) => {
      const cached = cache.get(collectionId, id);
      if (cached) return cached;
      const row = sqlite.prepare(readSql).first(id);
      if (!row) return undefined;
      const stored = storedDocument(id, bytesColumn(row[0]), undefined, onDecoded);
      cache.set(collectionId, stored);
      return stored;
    },
    *scan(direction = 1) {
      let at = direction === 1 ? 0 : Number.MAX_SAFE_INTEGER;
      while (true) {
        const rows = sqlite.prepare(scanSql[direction]).all(at);
        for (const row of rows) {
          at = numberColumn(row[0]);
          yield at;
        }
        if (rows.length < PAGE) return;
      }
    },
    count: () => numberColumn(sqlite.prepare(`SELECT COUNT(*) FROM ${table}`).first()?.[0]),
    insert: (document, bytes) => {
      const id = lastId + 1;
      const changes = changesOf(id, undefined, document);
      sqlite.prepare(insertSql).run(id, bytes);
      for (const change of changes) change?.apply();
      lastId = id;
      const stored = storedDocument(id, alone(bytes), document);
      cache.set(collectionId, stored);
      return stored;
    },
    replace: (before, document, bytes) => {
      const changes = changesOf(before.id, before.document, document);
      sqlite.prepare(updateSql).run(bytes, before.id);
      for (const change of changes) change?.apply();
      const stored = storedDocument(before.id, alone(bytes), document);
      cache.set(collectionId, stored);
      return stored;
    },
    remove: (stored) => {
      const changes = changesOf(stored.id, stored.document, undefined);
      sqlite.prepare(deleteSql).run(stored.id);
      for (const change of changes) change?.apply();
      cache.delete(collectionId, stored.id);
    },
  };
};
