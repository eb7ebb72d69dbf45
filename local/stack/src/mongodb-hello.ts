import { connect } from 'node:net';

/** `hello` says the wire version since MongoDB 4.4.2; the driver of the services begins with 4.4 (wire version 9). */
const OLDEST_WIRE_VERSION = 9;
const ANSWER_MS = 1_500;
const LARGEST_ANSWER_BYTES = 1_048_576;

const OP_MSG = 2_013;
const HEADER_BYTES = 16;
/** Header, flag bits, and the kind byte of the only section: then the answer's document begins. */
const DOCUMENT_AT = HEADER_BYTES + 4 + 1;

export type MongodbAnswer =
  | { kind: 'up'; wireVersion: number }
  | { kind: 'too-old'; wireVersion: number }
  | { kind: 'login-wanted' }
  | { kind: 'away' };

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const cstring = (text: string): Buffer => Buffer.from(`${text}\0`);

/** An OP_MSG with the document `{<command>: 1, $db: 'admin'}` (MongoDB wire protocol; bsonspec.org: 16 int32, 2 string). */
const message = (command: string): Buffer => {
  const fields = Buffer.concat([
    Buffer.from([16]),
    cstring(command),
    int32(1),
    Buffer.from([2]),
    cstring('$db'),
    int32('admin'.length + 1),
    cstring('admin'),
    Buffer.from([0]),
  ]);
  const body = Buffer.concat([int32(0), Buffer.from([0]), int32(fields.length + 4), fields]);
  const header = Buffer.concat([int32(HEADER_BYTES + body.length), int32(1), int32(0), int32(OP_MSG)]);
  return Buffer.concat([header, body]);
};

/** A number at the top of a BSON document, written as int32 or as double. */
const numberField = (document: Buffer, name: string): number | undefined => {
  const asInt = document.indexOf(Buffer.concat([Buffer.from([16]), cstring(name)]));
  if (asInt >= 0) return document.readInt32LE(asInt + name.length + 2);
  const asDouble = document.indexOf(Buffer.concat([Buffer.from([1]), cstring(name)]));
  return asDouble >= 0 ? document.readDoubleLE(asDouble + name.length + 2) : undefined;
};

/** Sends one command and resolves with the answer's document; undefined when whoever listens does not speak MongoDB. */
const ask = (host: string, port: number, command: string): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host, port });
    const finish = (answer: Buffer | undefined) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(answer);
    };
    const deadline = setTimeout(() => finish(undefined), ANSWER_MS);
    socket.on('error', () => finish(undefined));
    socket.on('close', () => finish(undefined));
    socket.on('connect', () => socket.write(message(command)));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < HEADER_BYTES) return;
      const length = received.readInt32LE(0);
      if (length < DOCUMENT_AT || length > LARGEST_ANSWER_BYTES || received.readInt32LE(12) !== OP_MSG) {
        return finish(undefined);
      }
      if (received.length >= length) finish(received.subarray(DOCUMENT_AT, length));
    });
  });

/** MongoDB's error code for a command that needs a login first. */
const UNAUTHORIZED = 13;

/** What listens at an address, asked in MongoDB's own protocol without a driver. Never throws; takes at most 3 s. */
export const askMongodb = async (host: string, port: number): Promise<MongodbAnswer> => {
  const hello = await ask(host, port, 'hello');
  const wireVersion = hello && numberField(hello, 'maxWireVersion');
  if (wireVersion === undefined) return { kind: 'away' };
  if (wireVersion < OLDEST_WIRE_VERSION) return { kind: 'too-old', wireVersion };
  // hello needs no login, the list of databases does.
  const databases = await ask(host, port, 'listDatabases');
  return databases && numberField(databases, 'code') === UNAUTHORIZED
    ? { kind: 'login-wanted' }
    : { kind: 'up', wireVersion };
};
