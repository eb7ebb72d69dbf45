import { bytesColumn, numberColumn } from './columns.ts';
import type { Column, Sqlite } from './sqlite.ts';

/** A stretch of keys: from `low` on, up to but without `high`. */
export interface Interval {
  readonly low: Buffer;
  readonly high: Buffer;
  /** `low` is one complete key and nothing else is in here: every field of the index has one value. */
  readonly isKey?: boolean;
  /** And the index is unique: at most one document has it. */
  readonly exact?: boolean;
}

/** The entries of one index: ordered keys, each with the number of its document. */
export interface IndexTable {
  add(key: Buffer, id: number): void;
  remove(key: Buffer, id: number): void;
  /** Any document with exactly this key. */
  holder(key: Buffer): number | undefined;
  /** The documents with any of these complete keys. */
  lookup(keys: readonly Buffer[]): Generator<number>;
  /** Document numbers in key order, read page by page, so entries changed meanwhile are safe to meet. */
  scan(interval: Interval, direction: 1 | -1): Generator<number>;
}

/** Keys looked up in one go. */
const LOOKUPS = 32;
const FIRST_PAGE = 16;
const LARGEST_PAGE = 512;

const tableName = (indexId: number): string => `index_${indexId}`;

/** Creates the table of an index. A unique one cannot hold a key twice, whatever the code above it believes. */
export const createIndexTable = (sqlite: Sqlite, indexId: number, unique: boolean): void => {
  const primaryKey = unique ? 'key' : 'key, document';
  sqlite.execute(
    `CREATE TABLE ${tableName(indexId)} (key BLOB NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (${primaryKey})) WITHOUT ROWID`,
  );
};

export const dropIndexTable = (sqlite: Sqlite, indexId: number): void => {
  sqlite.forgetStatements();
  sqlite.execute(`DROP TABLE IF EXISTS ${tableName(indexId)}`);
};

export const openIndexTable = (sqlite: Sqlite, indexId: number): IndexTable => {
  const table = tableName(indexId);
  const insertSql = `INSERT INTO ${table} (key, document) VALUES (?, ?)`;
  const deleteSql = `DELETE FROM ${table} WHERE key = ? AND document = ?`;
  const holderSql = `SELECT document FROM ${table} WHERE key = ?`;
  const lookupSql = `SELECT document FROM ${table} WHERE key IN (${Array(LOOKUPS).fill('?').join(', ')})`;
  const page = (direction: 1 | -1, continued: boolean): string => {
    const order = direction === 1 ? 'ASC' : 'DESC';
    const from = direction === 1 ? '(key, document) > (?, ?)' : '(key, document) < (?, ?)';
    return `SELECT key, document FROM ${table} WHERE key >= ? AND key < ?${continued ? ` AND ${from}` : ''} ORDER BY key ${order}, document ${order} LIMIT ?`;
  };
  const pages = { 1: [page(1, false), page(1, true)], [-1]: [page(-1, false), page(-1, true)] } as const;

  return {
    add: (key, id) => sqlite.prepare(insertSql).run(key, id),
    remove: (key, id) => sqlite.prepare(deleteSql).run(key, id),
    holder: (key) => {
      const row = sqlite.prepare(holderSql).first(key);
      return row && numberColumn(row[0]);
    },
    *lookup(keys) {
      for (let at = 0; at < keys.length; at += LOOKUPS) {
        const some = keys.slice(at, at + LOOKUPS);
        const [first] = some;
        if (!first) return;
        // One statement serves every number of keys: the rest of its places hold a key that is asked for anyway.
        const filled = Array.from({ length: LOOKUPS }, (_, index) => some[index] ?? first);
        for (const [document] of sqlite.prepare(lookupSql).all(...filled)) yield numberColumn(document);
      }
    },
    *scan({ low, high }, direction) {
      const [firstSql, nextSql] = pages[direction];
      let size = FIRST_PAGE;
      let rows: Column[][] = sqlite.prepare(firstSql).all(low, high, size);
      while (true) {
        for (const row of rows) yield numberColumn(row[1]);
        const last = rows.at(-1);
        if (!last || rows.length < size) return;
        size = Math.min(size * 4, LARGEST_PAGE);
        rows = sqlite.prepare(nextSql).all(low, high, bytesColumn(last[0]), numberColumn(last[1]), size);
      }
    },
  };
};
