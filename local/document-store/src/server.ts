import { createServer, type Socket } from 'node:net';
import { createBatch } from './commands/batch.ts';
import { createCursors } from './commands/cursors.ts';
import { dispatch } from './commands/dispatch.ts';
import { removeExpired } from './commands/expire.ts';
import { createProfiler } from './commands/profiler.ts';
import { openDataFolder } from './storage/data-folder.ts';
import { serveConnection } from './wire/connection.ts';

export interface DocumentStoreOptions {
  /** Where the data is kept; made if need be. */
  readonly dataFolder: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** A loopback address. @default '127.0.0.1' */
  readonly host?: string;
  /** How often documents are looked for that a TTL index has expired. @default 60 s, as MongoDB */
  readonly expirySweepMs?: number;
  /** Hears of faults: bugs, or a disk that fails. @default ignored; the client gets an internal error either way */
  readonly onFault?: (fault: unknown) => void;
}

export interface DocumentStore {
  /** Ready for `mongoose.connect` or `new MongoClient`. */
  readonly url: string;
  readonly port: number;
  /** Answers what has arrived, ends the connections and lets go of the data folder. */
  close(): Promise<void>;
}

const MINUTE = 60_000;
const LAST_REPLIES_MS = 1_000;
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/**
 * Starts the embedded document store: MongoDB's wire protocol over SQLite files in `dataFolder`. An acknowledged write is on
 * disk. There are no users and no passwords, so it listens on loopback only.
 * @throws DataFolderHeld when another process has the folder; Error when the port is taken or the host is not loopback.
 */
export const startDocumentStore = async (options: DocumentStoreOptions): Promise<DocumentStore> => {
  const { dataFolder, port, host = '127.0.0.1', expirySweepMs = MINUTE, onFault = () => undefined } = options;
  if (!LOOPBACK.includes(host)) {
    throw new Error(`the document store has no passwords and listens on loopback only, not on ${host}; use 127.0.0.1`);
  }
  const startedAt = new Date();
  const store = openDataFolder(dataFolder, startedAt);
  const now = (): Date => new Date();
  const cursors = createCursors(() => Date.now());
  const profiler = createProfiler();
  const batch = createBatch({ store, onFault });
  const sockets = new Set<Socket>();
  let connections = 0;

  const server = createServer((socket) => {
    connections += 1;
    const connectionId = connections;
    sockets.add(socket);
    serveConnection(socket, {
      submit: (request, answer) =>
        batch.submit({
          run: () => dispatch(request.body, { store, cursors, profiler, connectionId, now, startedAt }),
          answer,
        }),
      onEnd: () => sockets.delete(socket),
      onFault,
    });
  });

  const sweep = setInterval(() => {
    cursors.closeIdle(Date.now());
    batch.submit({ run: () => ({ removed: removeExpired(store, now()) }), answer: () => undefined });
  }, expirySweepMs);
  sweep.unref();

  const listening = await listen(server, port, host).catch((error: unknown) => {
    clearInterval(sweep);
    store.close();
    throw error;
  });

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(sweep);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    batch.finish();
    for (const socket of sockets) socket.destroySoon();
    const impatience = setTimeout(() => {
      for (const socket of sockets) socket.destroy(); // clients that do not read their last replies
    }, LAST_REPLIES_MS);
    await closed;
    clearTimeout(impatience);
    store.close();
  };

  return {
    url: `mongodb://${host === '::1' ? '[::1]' : host}:${listening}/?directConnection=true`,
    port: listening,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};

const listen = (server: ReturnType<typeof createServer>, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE' ? new Error(`port ${port} on ${host} is taken; choose another with --port`) : error,
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
