import Database from 'libsql';
import { isDamage } from './disk-fault.ts';

/** What SQLite stores here. Nothing else may be bound: libsql ends the process over a boolean. */
export type Column = number | string | Uint8Array | null;

/** One prepared statement. Parameters are counted: libsql would bind missing ones as NULL without a word. */
export interface Statement {
  run(...parameters: Column[]): void;
  first(...parameters: Column[]): Column[] | undefined;
  /** Every row. Rows are never streamed: a half-read statement keeps the write-ahead log from being folded back. */
  all(...parameters: Column[]): Column[][];
}

export interface Sqlite {
  /** A statement for this text, prepared once. */
  prepare(sql: string): Statement;
  /** Runs statements without parameters, such as a schema. */
  execute(sql: string): void;
  /** How many statements that may write have run: tells whether a failed command has left anything to undo. */
  writes(): number;
  /** Forgets prepared statements, which a dropped table would leave dangling. */
  forgetStatements(): void;
  close(): void;
}

/** The file's own structure does not add up. */
export class DatabaseDamaged extends Error {
  override name = 'DatabaseDamaged';
}

/** Another process, or another store in this one, has the file open. */
export class DatabaseHeld extends Error {
  override name = 'DatabaseHeld';
}

/**
 * Opens a database for this process alone. Write-ahead logging with `synchronous=FULL`: a commit that returned is on disk.
 * The exclusive lock is the operating system's: it ends with the process, however that ends, so it is never stale.
 * @throws DatabaseHeld when another process holds it, DatabaseDamaged when its structure does not add up.
 */
export const openSqlite = (path: string): Sqlite => {
  const database = new Database(path);
  const statements = new Map<string, Statement>();
  let writes = 0;
  const onWrite = (): void => {
    writes += 1;
  };
  try {
    database.prepare('PRAGMA locking_mode = EXCLUSIVE').get([]);
    assertWhole(database); // before anything is written, be it the mode
    database.prepare('PRAGMA journal_mode = WAL').get([]);
    database.exec(
      'PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;',
    );
    database.exec('BEGIN EXCLUSIVE; COMMIT;'); // takes the lock now instead of at the first write
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) throw new DatabaseHeld(path);
    if (isDamage(error)) throw new DatabaseDamaged(path, { cause: error });
    throw error;
  }

  const prepare = (sql: string): Statement => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = prepareStatement(database, sql, onWrite);
    statements.set(sql, statement);
    return statement;
  };

  return {
    prepare,
    execute: (sql) => {
      onWrite();
      database.exec(sql);
    },
    writes: () => writes,
    forgetStatements: () => statements.clear(),
    close: () => {
      statements.clear();
      release(database);
      database.close();
    },
  };
};

/** Tables and indexes are walked through, which takes about 3 ms a megabyte: a write into a damaged tree could spread the damage. */
const assertWhole = (database: Database.Database): void => {
  const [finding] = asRows(database.prepare('PRAGMA quick_check(1)').raw().all([]));
  if (finding?.[0] !== 'ok') throw new DatabaseDamaged(String(finding?.[0]));
};

/**
 * Folds the log into the file and lets go of the lock. Closing alone would not: libsql keeps the file open until the last prepared
 * statement has been collected as garbage.
 */
const release = (database: Database.Database): void => {
  database.prepare('PRAGMA journal_mode = DELETE').get([]);
  database.prepare('PRAGMA locking_mode = NORMAL').get([]);
  database.prepare('SELECT COUNT(*) FROM sqlite_master').get([]);
};

const prepareStatement = (database: Database.Database, sql: string, onWrite: () => void): Statement => {
  const expected = sql.split('?').length - 1;
  const statement = database.prepare<[Column[]]>(sql);
  if (READS.test(sql)) statement.raw();

  const checked = (parameters: Column[]): Column[] => {
    if (parameters.length !== expected) throw new Error(`${parameters.length} parameters for: ${sql}`);
    for (const parameter of parameters) {
      if (!isColumn(parameter)) throw new Error(`a ${typeof parameter} cannot be bound: ${sql}`);
    }
    return parameters;
  };

  return {
    run: (...parameters) => {
      onWrite();
      statement.run(checked(parameters));
    },
    first: (...parameters) => asRow(statement.get(checked(parameters))),
    all: (...parameters) => asRows(statement.all(checked(parameters))),
  };
};

const READS = /^\s*(select|with|explain)\b/i;

const isColumn = (value: unknown): value is Column =>
  value === null || typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array;

// In raw mode libsql answers arrays of columns; its types say unknown.
const asRow = (row: unknown): Column[] | undefined => (Array.isArray(row) ? row : undefined);
const asRows = (rows: unknown[]): Column[][] => rows as Column[][];
