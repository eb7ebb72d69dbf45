import mongoose, { type Connection } from 'mongoose';
import type { Logger } from 'pino';

export type Database = {
  readonly connection: Connection;
  /** Resolves once connected and every index stands; retries until then, so that a service can start before its database. */
  readonly ready: Promise<void>;
  /** Undefined while all is well; otherwise what is wrong, in one sentence without secrets. */
  trouble(): string | undefined;
  close(): Promise<void>;
};

const RETRY_MS = 500;

/**
 * Opens the service's own database. Writes are journaled before they are acknowledged (rule W2); a query with an unknown key throws, since
 * a stripped one would match everything; operators from outside are refused, ours pass through `mongoose.trusted`.
 */
export const openDatabase = ({ url, name, logger }: { url: string; name: string; logger: Logger }): Database => {
  const connection = mongoose.createConnection();
  connection.set('strictQuery', 'throw');
  connection.set('sanitizeFilter', true);
  connection.set('bufferCommands', false);
  connection.on('error', () => undefined); // reported by trouble(); without a listener the process would end
  let closed = false;
  let missing: string | undefined = 'not connected yet';

  const connect = async (): Promise<void> => {
    while (!closed) {
      try {
        await connection.openUri(url, {
          dbName: name,
          journal: true,
          maxPoolSize: 20,
          serverSelectionTimeoutMS: 3_000,
          connectTimeoutMS: 3_000,
          socketTimeoutMS: 20_000,
          autoIndex: false,
          autoCreate: false,
        });
        break;
      } catch (error) {
        missing = 'the database does not answer';
        logger.warn({ problem: reasonOf(error) }, 'the database does not answer; trying again');
        await connection.close().catch(() => undefined);
        await pause(RETRY_MS);
      }
    }
    while (!closed) {
      try {
        // A missing unique index would let two in, in silence: nothing is served before each stands.
        await Promise.all(Object.values(connection.models).map((model) => model.createIndexes()));
        missing = undefined;
        return;
      } catch (error) {
        missing = 'an index is missing';
        logger.warn({ problem: reasonOf(error) }, 'an index could not be made; trying again');
        await pause(RETRY_MS);
      }
    }
  };

  let started: Promise<void> | undefined;
  return {
    connection,
    get ready() {
      started ??= connect();
      return started;
    },
    trouble: () => missing ?? (connection.readyState === 1 ? undefined : 'the database does not answer'),
    close: async () => {
      closed = true;
      await connection.close();
    },
  };
};

const AWAY_NAMES =
  /^Mongo(?:ose)?(?:ServerSelection|Network|NetworkTimeout|NotConnected|TopologyClosed|PoolCleared|PoolClosed|WaitQueueTimeout)/;
const AWAY_CODES = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT']);
const AWAY_MESSAGE = /before initial connection|bufferCommands|socket has been ended/;

/** True for errors that say the database could not be asked, or did not answer, rather than that the question was wrong. */
export const isDatabaseAway = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (AWAY_NAMES.test(error.name) || AWAY_MESSAGE.test(error.message)) return true;
  if ('code' in error && typeof error.code === 'string' && AWAY_CODES.has(error.code)) return true;
  // A bulk write wraps what its connection said.
  return error.cause !== undefined && error.cause !== error && isDatabaseAway(error.cause);
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
