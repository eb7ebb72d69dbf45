import { connect } from 'node:net';
import { serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startTemporaryStore } from './temporary-store.fixture.ts';
import { writeOpMsg } from './wire/op-msg.ts';

const FRAMES = process.env.TIFFIN_LONG ? 100_000 : 300;

/** Sends bytes and waits until the store has answered or ended the connection. */
const send = (port: number, bytes: Buffer): Promise<Buffer> =>
  new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(received)));
  });

const ping = (): Buffer => writeOpMsg(0, { ping: 1, $db: 'admin' });

const header = (length: number, opCode: number): Buffer => {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(length, 0);
  bytes.writeInt32LE(opCode, 12);
  return bytes;
};

describe('a connection that breaks the protocol', () => {
  it('ends, and the store lives on', async () => {
    const { store, database } = await startTemporaryStore();
    const damaged = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc.array(damaged, { minLength: 1, maxLength: 4 }).map((changes) => {
            const bytes = ping();
            for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
            return bytes;
          }),
          fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.concat([header(16 + bytes.length, 2013), bytes])),
          fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.concat([header(16 + bytes.length, 2004), bytes])),
        ),
        async (bytes) => {
          await send(store.port, bytes);
        },
      ),
      { numRuns: FRAMES },
    );
    expect(await database.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  it.each([
    ['a length above 48 MB', header(48_000_001, 2013)],
    ['a negative length', header(-5, 2013)],
    ['an unknown operation', header(16, 4711)],
    ['a compressed message', header(16, 2012)],
  ])('with %s gets no answer', async (_name, bytes) => {
    const { store } = await startTemporaryStore();
    expect(await send(store.port, bytes)).toHaveLength(0);
  });

  it('is judged for itself: a good message before the bad one is answered', async () => {
    const { store } = await startTemporaryStore();
    const reply = await send(store.port, ping());
    expect(reply.length).toBeGreaterThan(16);
  });

  it('may open with OP_QUERY, and is answered with OP_REPLY', async () => {
    const { store } = await startTemporaryStore();
    const body = Buffer.concat([
      Buffer.alloc(4),
      Buffer.from('admin.$cmd\0'),
      Buffer.alloc(8),
      Buffer.from(serialize({ isMaster: 1 })),
    ]);
    const reply = await send(store.port, Buffer.concat([header(16 + body.length, 2004), body]));
    expect(reply.readInt32LE(12)).toBe(1);
    expect(reply.includes('maxWireVersion')).toBe(true);
  });
});
