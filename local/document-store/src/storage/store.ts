import { type Catalog, openCatalog } from './catalog.ts';
import { createDocumentCache } from './document-cache.ts';
import { openSqlite } from './sqlite.ts';

const MEGABYTE = 1024 * 1024;
const CACHE_BUDGET = 16 * MEGABYTE;

/** Documents on disk, and what is atomic about changing them. */
export interface Store {
  readonly catalog: Catalog;
  /**
   * Runs one command's writes. They join the transaction of the batch, in a savepoint of their own: if `write` throws, what it
   * changed is undone and what other commands changed stays.
   */
  write<T>(write: () => T): T;
  /** Makes everything since the last commit durable. Nothing may be acknowledged before. On a throw all of it is undone. */
  commit(): void;
  close(): void;
}

/** Opens the documents kept in one file. @throws DatabaseHeld when another process has it open. */
export const openStore = (path: string): Store => {
  const sqlite = openSqlite(path);
  const cache = createDocumentCache(CACHE_BUDGET);
  const catalog = openCatalog(sqlite, cache);
  let inTransaction = false;

  const begin = (): void => {
    if (inTransaction) return;
    sqlite.prepare('BEGIN IMMEDIATE').run();
    inTransaction = true;
  };

  const undoAll = (): void => {
    inTransaction = false;
    try {
      sqlite.execute('ROLLBACK');
    } catch {
      // SQLite has already rolled back, as it does for some failures of the disk
    }
    catalog.reload();
  };

  return {
    catalog,
    write: (write) => {
      begin();
      sqlite.prepare('SAVEPOINT command').run();
      const writes = sqlite.writes();
      try {
        const result = write();
        sqlite.prepare('RELEASE command').run();
        return result;
      } catch (error) {
        const changed = sqlite.writes() !== writes;
        sqlite.execute('ROLLBACK TO command; RELEASE command');
        if (changed) catalog.reload(); // a refusal before the first write, such as a taken key, has left memory true
        throw error;
      }
    },
    commit: () => {
      if (!inTransaction) return;
      try {
        sqlite.prepare('COMMIT').run();
        inTransaction = false;
      } catch (error) {
        undoAll();
        throw error;
      }
    },
    close: () => {
      if (inTransaction) undoAll();
      sqlite.close();
    },
  };
};
