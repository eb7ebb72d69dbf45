import { createServer, type Socket } from 'node:net';
import mongoose from 'mongoose';
import { sampleDocument } from './sample-document.ts';

/**
 * A server that speaks MongoDB's protocol and does nothing: it cuts the stream into messages and answers each from memory with what a
 * driver expects. No server in this language can be faster, so it is the limit the store is measured against.
 */
const { serialize } = mongoose.mongo.BSON;

const HEADER = 16;
/** After the header: flags, then the kind of the first section, which holds the command. */
const BODY = HEADER + 5;
const OP_MSG = 2013;
const OP_QUERY = 2004;
const OP_REPLY = 1;

const found = {
  cursor: { id: mongoose.mongo.Long.ZERO, ns: 'bench.rows', firstBatch: [sampleDocument(0)] },
  ok: 1,
};
const handshake = {
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  maxBsonObjectSize: 16 * 1024 * 1024,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 21,
  ok: 1,
};
const REPLIES: ReadonlyMap<string, Uint8Array> = new Map([
  ['find', serialize(found)],
  ['insert', serialize({ n: 1, ok: 1 })],
  ['update', serialize({ n: 1, nModified: 1, ok: 1 })],
  ['hello', serialize(handshake)],
  ['ismaster', serialize(handshake)],
]);
const FINE = serialize({ ok: 1 });

const message = (opCode: number, requestId: number, before: Buffer, body: Uint8Array): Buffer => {
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(HEADER + before.length + body.length, 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, before, body]);
};

const replyTo = (frame: Buffer): Buffer => {
  const requestId = frame.readInt32LE(4);
  if (frame.readInt32LE(12) === OP_QUERY) {
    const before = Buffer.alloc(20); // flags, cursor, start
    before.writeInt32LE(1, 16); // one document
    return message(OP_REPLY, requestId, before, serialize(handshake));
  }
  const nameAt = BODY + 5;
  const name = frame.toString('latin1', nameAt, frame.indexOf(0, nameAt));
  return message(OP_MSG, requestId, Buffer.alloc(5), REPLIES.get(name) ?? FINE);
};

const serve = (socket: Socket): void => {
  let rest: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      socket.write(replyTo(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  });
};

const server = createServer(serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(JSON.stringify({ event: 'ready', port: typeof address === 'object' && address ? address.port : 0 }));
});
process.stdin.on('end', () => process.exit(0)).resume();
