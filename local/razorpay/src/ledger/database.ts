import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';

/** What may be bound: never a Buffer (one bare Buffer aborts the process inside libsql), never undefined. */
export type Bindable = string | number | null;

export interface Statement<Row> {
  /** Returns the row number of what an INSERT added. */
  readonly run: (values: readonly Bindable[]) => number;
  readonly get: (values: readonly Bindable[]) => Row | undefined;
  readonly all: (values: readonly Bindable[]) => Row[];
}

export interface Database {
  /** Prepares once; every call must then bind exactly as many values as the text has question marks. */
  readonly prepare: <Row>(sql: string) => Statement<Row>;
  /** All of the writes inside, or none. */
  readonly transaction: <T>(work: () => T) => T;
  readonly close: () => void;
}

const BUSY_TIMEOUT_MS = 2000;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS orders (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, receipt TEXT UNIQUE, created_at INTEGER NOT NULL, body TEXT NOT NULL, capture TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS payments (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS payments_of_order ON payments (order_id);
CREATE TABLE IF NOT EXISTS refunds (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, payment_id TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS refunds_of_payment ON refunds (payment_id);
CREATE TABLE IF NOT EXISTS refund_keys (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, refund_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS alarms (kind TEXT NOT NULL, subject TEXT NOT NULL, due_ms INTEGER NOT NULL, PRIMARY KEY (kind, subject));
CREATE INDEX IF NOT EXISTS alarms_due ON alarms (due_ms);
CREATE TABLE IF NOT EXISTS webhooks (seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, event TEXT NOT NULL, body TEXT NOT NULL, secret TEXT NOT NULL, created_ms INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, next_ms INTEGER NOT NULL, answer TEXT, earlier_attempts INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, body TEXT NOT NULL);
`;

/**
 * The state of the fake: SQLite in `dataFolder`, or in memory without one.
 *
 * A committed transaction survives `kill -9` (the log is with the operating system), not a power cut: `synchronous`
 * stays `normal`, this is not where money is kept. The file is locked to one process; a second one gets an error here.
 */
export const openDatabase = (dataFolder: string | undefined): Database => {
  if (dataFolder !== undefined) mkdirSync(dataFolder, { recursive: true });
  const file = dataFolder === undefined ? ':memory:' : join(dataFolder, 'razorpay.db');
  const connection = new Libsql(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = NORMAL');
    connection.exec(SCHEMA);
    addMissingColumn(connection);
  } catch (cause) {
    connection.close();
    throw new Error(`The state in ${file} cannot be opened. Is another fake Razorpay running on this folder?`, {
      cause,
    });
  }
  const begin = connection.prepare('BEGIN IMMEDIATE');
  const commit = connection.prepare('COMMIT');
  const rollback = connection.prepare('ROLLBACK');

  return {
    prepare: <Row>(sql: string): Statement<Row> => {
      const prepared = connection.prepare(sql);
      const expected = sql.split('?').length - 1;
      // libsql binds NULL for a missing value without a word.
      const counted = (values: readonly Bindable[]): Bindable[] => {
        if (values.length !== expected) throw new Error(`${values.length} values for ${expected} places: ${sql}`);
        return [...values];
      };
      return {
        run: (values) => Number(prepared.run(counted(values)).lastInsertRowid),
        get: (values) => asRow<Row>(prepared.get(counted(values))),
        all: (values) => prepared.all(counted(values)).map((row) => asPresentRow<Row>(row)),
      };
    },
    transaction: (work) => {
      begin.run([]);
      try {
        const result = work();
        commit.run([]);
        return result;
      } catch (fault) {
        rollback.run([]);
        throw fault;
      }
    },
    close: () => connection.close(),
  };
};

/** A folder written before replays were counted is read on. */
const addMissingColumn = (connection: Libsql.Database): void => {
  const found = connection.prepare("SELECT 1 FROM pragma_table_info('webhooks') WHERE name = 'earlier_attempts'").get();
  if (found === undefined) {
    connection.exec('ALTER TABLE webhooks ADD COLUMN earlier_attempts INTEGER NOT NULL DEFAULT 0');
  }
};

/**
 * The one place where stored data gets its type back: every row and every JSON body in the file was written by this
 * package, from a value of that type.
 */
const asPresentRow = <Row>(row: unknown): Row => row as Row;
const asRow = <Row>(row: unknown): Row | undefined => (row === undefined ? undefined : asPresentRow<Row>(row));
export const parseStored = <T>(text: string): T => asPresentRow<T>(JSON.parse(text));
