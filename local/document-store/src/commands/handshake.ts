import type { EncodableDocument } from '../bson/encode.ts';
import { LIMITS } from '../limits.ts';
import type { Command, CommandContext } from './command.ts';

/** The version whose behaviour is followed, and the wire versions of MongoDB 7.0. */
const VERSION = '7.0.14';
const VERSION_ARRAY = [7, 0, 14, 0];
const MAX_WIRE_VERSION = 21;

/** Without `logicalSessionTimeoutMinutes`, drivers use neither sessions nor retryable writes. */
const describeServer = ({ now, connectionId }: CommandContext): EncodableDocument => ({
  helloOk: true,
  maxBsonObjectSize: LIMITS.document,
  maxMessageSizeBytes: LIMITS.message,
  maxWriteBatchSize: LIMITS.writesPerCommand,
  localTime: now(),
  connectionId,
  minWireVersion: 0,
  maxWireVersion: MAX_WIRE_VERSION,
  readOnly: false,
});

export const hello: Command = (_body, context) => ({ isWritablePrimary: true, ...describeServer(context) });

/** `hello` under the name it had before MongoDB 5. */
export const isMaster: Command = (_body, context) => ({ ismaster: true, ...describeServer(context) });

export const ping: Command = () => ({});

export const buildInfo: Command = () => ({
  version: VERSION,
  gitVersion: 'embedded document store',
  modules: [],
  allocator: 'system',
  javascriptEngine: 'none',
  sysInfo: 'deprecated',
  versionArray: VERSION_ARRAY,
  bits: 64,
  debug: false,
  maxBsonObjectSize: LIMITS.document,
  storageEngines: ['sqlite'],
});

export const serverStatus: Command = (_body, { now, startedAt, cursors }) => {
  const uptimeMillis = now().getTime() - startedAt.getTime();
  return {
    host: 'localhost',
    version: VERSION,
    process: 'tiffin-store',
    pid: process.pid,
    uptime: Math.floor(uptimeMillis / 1000),
    uptimeMillis,
    localTime: now(),
    metrics: { cursor: { open: { total: cursors.count() } } },
    mem: { resident: Math.round(process.memoryUsage.rss() / 1024 / 1024) },
    storageEngine: { name: 'sqlite', persistent: true },
  };
};

export const endSessions: Command = () => ({});

export const connectionStatus: Command = () => ({
  authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] },
});

export const getParameter: Command = () => ({ featureCompatibilityVersion: { version: '7.0' } });
