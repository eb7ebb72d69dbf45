import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import mongoose from 'mongoose';
import * as z from 'zod';

/** A write on its way to the database: the collection, and what is inserted or the updates that are made. */
export type Write = { readonly collection: string; readonly documents: readonly unknown[] };

type Strike = {
  readonly when: 'before' | 'after';
  readonly sees: (write: Write) => boolean;
  readonly hit: () => void;
};

const HEADER_BYTES = 16;
const FLAG_BYTES = 4;
const OP_MSG = 2013;

/**
 * Between a service and its database. `strike` waits for one write: `before`, it never arrives; `after`, it is done and nobody hears of it.
 * From then on the connections of that service are silent until `through` is called.
 */
export const startStoreTap = async (storeUrl: string) => {
  const target = new URL(storeUrl);
  let strike: Strike | undefined;
  let silent = false;

  const server = createServer((client) => {
    const upstream = dial(Number(target.port || 27017), target.hostname);
    let waiting = Buffer.alloc(0);
    let struck: Strike | undefined;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    const fall = (by: Strike) => {
      strike = undefined;
      silent = true;
      by.hit();
    };
    client.on('data', (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      while (waiting.length >= HEADER_BYTES && waiting.length >= waiting.readInt32LE(0)) {
        const length = waiting.readInt32LE(0);
        const frame = waiting.subarray(0, length);
        waiting = waiting.subarray(length);
        const write = silent || !strike ? undefined : writeIn(frame);
        if (write && strike?.sees(write)) {
          if (strike.when === 'before') fall(strike);
          else struck = strike;
        }
        if (!silent) upstream.write(frame);
      }
    });
    upstream.on('data', (bytes) => {
      // A connection carries one command at a time: this is the answer to the write.
      if (struck && !silent) fall(struck);
      if (!silent) client.write(bytes);
    });
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
      sockets.add(socket);
    }
  });
  const sockets = new Set<Socket>();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const url = new URL(storeUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    /** Resolves when the write has been seen. */
    strike: (when: Strike['when'], sees: Strike['sees']) =>
      new Promise<void>((hit) => {
        strike = { when, sees, hit };
      }),
    through: () => {
      strike = undefined;
      silent = false;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

const writeCommand = z.union([
  z.object({ update: z.string(), updates: z.array(z.unknown()).default([]) }),
  z.object({ insert: z.string(), documents: z.array(z.unknown()).default([]) }),
]);

const writeIn = (frame: Buffer): Write | undefined => {
  if (frame.readInt32LE(12) !== OP_MSG) return undefined;
  const sequence: unknown[] = [];
  let body: unknown;
  let at = HEADER_BYTES + FLAG_BYTES;
  while (at < frame.length) {
    const kind = frame[at];
    at += 1;
    const end = at + frame.readInt32LE(at);
    if (kind === 0) body = mongoose.mongo.BSON.deserialize(frame.subarray(at, end));
    else
      for (let next = frame.indexOf(0, at + 4) + 1; next < end; next += frame.readInt32LE(next))
        sequence.push(mongoose.mongo.BSON.deserialize(frame.subarray(next, next + frame.readInt32LE(next))));
    at = end;
  }
  const command = writeCommand.safeParse(body).data;
  if (!command) return undefined;
  return 'update' in command
    ? { collection: command.update, documents: [...command.updates, ...sequence] }
    : { collection: command.insert, documents: [...command.documents, ...sequence] };
};
