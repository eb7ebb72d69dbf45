import type { EncodableDocument } from '../bson/encode.ts';
import type { Document } from '../bson/value.ts';
import { asWriteError, CommandError, unsupported } from '../command-error.ts';
import { aggregate, distinct } from './aggregate.ts';
import { create, drop, dropDatabase, listCollections, listDatabases, renameCollection } from './collections.ts';
import type { Command, CommandContext } from './command.ts';
import { explain } from './explain.ts';
import { count, find, getMore, killCursors } from './find.ts';
import { findAndModify } from './find-and-modify.ts';
import {
  buildInfo,
  connectionStatus,
  endSessions,
  getParameter,
  hello,
  isMaster,
  ping,
  serverStatus,
} from './handshake.ts';
import { createIndexes, dropIndexes, listIndexes } from './indexes.ts';
import { insert } from './insert.ts';
import { profile, profileCommand } from './profile.ts';
import { remove, update } from './update.ts';

const refuse =
  (feature: string): Command =>
  () => {
    throw unsupported(feature);
  };

const refuseLogin: Command = () => {
  throw new CommandError(
    'AuthenticationFailed',
    'the embedded document store has no users: leave user and password out of MONGODB_URL',
  );
};

/** Every command by name. */
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['hello', hello],
  ['isMaster', isMaster],
  ['ismaster', isMaster],
  ['ping', ping],
  ['buildInfo', buildInfo],
  ['buildinfo', buildInfo],
  ['serverStatus', serverStatus],
  ['connectionStatus', connectionStatus],
  ['getParameter', getParameter],
  ['endSessions', endSessions],
  ['insert', insert],
  ['find', find],
  ['getMore', getMore],
  ['killCursors', killCursors],
  ['update', update],
  ['delete', remove],
  ['findAndModify', findAndModify],
  ['findandmodify', findAndModify],
  ['count', count],
  ['distinct', distinct],
  ['aggregate', aggregate],
  ['explain', explain],
  ['profile', profile],
  ['createIndexes', createIndexes],
  ['listIndexes', listIndexes],
  ['dropIndexes', dropIndexes],
  ['deleteIndexes', dropIndexes],
  ['create', create],
  ['drop', drop],
  ['dropDatabase', dropDatabase],
  ['renameCollection', renameCollection],
  ['listCollections', listCollections],
  ['listDatabases', listDatabases],
  ['saslStart', refuseLogin],
  ['authenticate', refuseLogin],
  ['startSession', refuse('a session')],
  ['commitTransaction', refuse('a transaction')],
  ['abortTransaction', refuse('a transaction')],
  ['mapReduce', refuse('mapReduce')],
  ['collMod', refuse('collMod')],
  ['bulkWrite', refuse('the bulkWrite command of MongoDB 8')],
]);

/**
 * Runs the command a message carries and answers its full reply, errors included.
 * @throws only a fault: a bug, or a disk that fails.
 */
export const dispatch = (body: Document, context: Omit<CommandContext, 'database'>): EncodableDocument => {
  try {
    const [name = ''] = Object.keys(body);
    const command = COMMANDS.get(name);
    if (!command) throw new CommandError('CommandNotFound', `no such command: '${name}'`);
    if (typeof body.$db !== 'string') throw new CommandError('Location40571', 'OP_MSG requests require a $db argument');
    assertNoTransaction(body);
    assertWriteConcern(body);
    const inDatabase = { ...context, database: body.$db };
    profileCommand(body, inDatabase);
    return { ...runCommand(name, command, body, inDatabase), ok: OK };
  } catch (error) {
    if (error instanceof CommandError) return errorReply(error);
    throw error;
  }
};

const WRITES = ['insert', 'update', 'delete', 'findAndModify', 'create', 'createIndexes', 'drop', 'dropIndexes'];

const runCommand: (name: string, command: Command, ...rest: Parameters<Command>) => EncodableDocument = (
  name,
  command,
  ...rest
) => {
  try {
    return command(...rest);
  } catch (error) {
    throw error instanceof CommandError && WRITES.includes(name) ? asWriteError(error) : error;
  }
};

// The driver reads a double as well as MongoDB's own.
const OK = 1;

export const errorReply = (error: CommandError): EncodableDocument => ({
  ok: 0,
  errmsg: error.message,
  code: error.code,
  codeName: error.codeName,
  ...error.details,
});

const assertNoTransaction = (body: Document): void => {
  if (body.startTransaction === undefined && body.autocommit === undefined && body.txnNumber === undefined) return;
  throw new CommandError(
    'IllegalOperation',
    'Transaction numbers are only allowed on a replica set member or mongos; for transactions set MONGODB_URL to a real MongoDB replica set',
  );
};

const assertWriteConcern = (body: Document): void => {
  const concern = body.writeConcern;
  if (typeof concern !== 'object' || concern === null || !('w' in concern)) return;
  if (typeof concern.w === 'number' && concern.w > 1) {
    throw new CommandError('BadValue', "cannot use 'w' > 1 when a host is not replicated");
  }
};
