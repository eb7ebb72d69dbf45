import { execFile } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { decode } from './bson/decode.ts';
import { connectTo, startStoreProcess, temporaryFolder } from './temporary-store.fixture.ts';
import { writeOpMsg } from './wire/op-msg.ts';

const MEGABYTE = 1024 * 1024;
/** After header, flags and the kind of the first section. */
const BODY_AT = 21;
const run = promisify(execFile);

const residentMegabytes = async (pid: number): Promise<number> => {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
};

const startWithClient = async () => {
  const process = await startStoreProcess(await temporaryFolder());
  const client = await connectTo(`mongodb://127.0.0.1:${process.port}/?directConnection=true`);
  return { process, database: client.db('test') };
};

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });

describe('clients that behave badly', () => {
  it('may open and drop 2,000 connections: the others are served and no memory stays behind', async () => {
    const { process, database } = await startWithClient();
    const ping = writeOpMsg(0, { ping: 1, $db: 'admin' });
    const round = async (count: number) => {
      const sockets = await Promise.all(Array.from({ length: count }, () => opened(process.port)));
      for (const [index, socket] of sockets.entries()) {
        socket.on('error', () => undefined);
        if (index % 3 === 1) socket.write(ping.subarray(0, 11)); // in the middle of a header
        if (index % 3 === 2) socket.write(ping);
        socket.resetAndDestroy();
      }
      expect(await database.command({ ping: 1 })).toMatchObject({ ok: 1 });
    };
    for (let rounds = 0; rounds < 4; rounds += 1) await round(100);
    const before = await residentMegabytes(process.pid);
    for (let rounds = 0; rounds < 16; rounds += 1) await round(100);
    expect((await residentMegabytes(process.pid)) - before).toBeLessThan(40);
    await process.kill();
  });

  it('may ask for a gigabyte and read none of it: the store stops listening to them and stays small', async () => {
    const { process, database } = await startWithClient();
    const rows = database.collection<{ _id: number; text: string }>('rows');
    await rows.insertMany(Array.from({ length: 4 }, (_, _id) => ({ _id, text: 'x'.repeat(MEGABYTE) })));
    const before = await residentMegabytes(process.pid);
    const question = writeOpMsg(0, { find: 'rows', $db: 'test' });
    const deaf = await Promise.all(Array.from({ length: 3 }, () => opened(process.port)));
    for (const socket of deaf) {
      socket.pause();
      for (let asked = 0; asked < 90; asked += 1) socket.write(question);
    }
    for (let looks = 0; looks < 20; looks += 1) expect(await rows.countDocuments()).toBe(4);
    expect((await residentMegabytes(process.pid)) - before).toBeLessThan(160);
    for (const socket of deaf) socket.destroy();
    expect(await rows.findOne({ _id: 3 })).toMatchObject({ _id: 3 });
    await process.kill();
  });

  it('may send nearly 48 MB in one message, with documents up to 16 MB, and are told when one is larger', async () => {
    const { process, database } = await startWithClient();
    const rows = database.collection<{ _id: number; text: string }>('rows');
    const text = 'x'.repeat(15.9 * MEGABYTE);
    await rows.insertMany([0, 1].map((_id) => ({ _id, text })));
    expect((await rows.findOne({ _id: 1 }))?.text.length).toBe(text.length);

    const socket = await opened(process.port);
    const documents = [{ _id: 2, text: 'x'.repeat(17 * MEGABYTE) }];
    socket.write(writeOpMsg(0, { insert: 'rows', documents, $db: 'test' }));
    const reply = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect(decode(reply, BODY_AT)).toMatchObject({ writeErrors: [{ index: 0, code: 10334 }] });
    expect(await rows.countDocuments()).toBe(2);
    await process.kill();
  });
});
