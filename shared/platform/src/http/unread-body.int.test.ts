import net from 'node:net';
import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startThings, type Things, tokenOf } from './server.fixture.ts';

const WEBHOOK = '/api/v1/webhooks/thing';
const LENGTH_50_GB = 'Content-Length: 50000000000';
const PIECE = Buffer.alloc(64 * 1_024, ' ');
const MOST_READ_BYTES = 1_024 * 1_024;

let things: Things;
beforeAll(async () => {
  things = await startThings();
});
afterAll(() => things.close());

/** A caller who writes what it likes, and the server's own end of that connection. */
const connect = async () => {
  const accepted = new Promise<net.Socket>((resolve) => {
    things.server.server.once('connection', (socket: net.Socket) => resolve(socket));
  });
  const socket = net.connect(things.port, '127.0.0.1');
  let answer = '';
  let closed = false;
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  // Writing into what the server has ended is the point of these tests.
  socket.on('error', () => undefined);
  socket.once('close', () => {
    closed = true;
  });
  onTestFinished(() => void socket.destroy());
  const serverEnd = await accepted;
  /** Sends for as long as it is let. */
  const pump = (piece: string | Buffer) => {
    const more = () => {
      while (!closed && socket.writable) if (!socket.write(piece)) return;
    };
    socket.on('drain', more);
    more();
  };
  return { socket, serverEnd, pump, answer: () => answer, closed: () => closed };
};

const post = (path: string, ...headers: string[]) =>
  [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers, '', ''].join('\r\n');

const expectLastProblem = (answer: string, status: number) => {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toContain('Content-Type: application/problem+json');
  expect(head).toContain('Connection: close');
  expect(JSON.parse(body)).toMatchObject({ status });
};

describe('a body nobody will read', () => {
  it('is refused by its declared length before any of it was sent, credentials or not', async () => {
    const { socket, answer, closed } = await connect();
    socket.write(post(WEBHOOK, LENGTH_50_GB));
    await eventually('the answer', () => answer().endsWith('}'));
    expectLastProblem(answer(), 413);
    await eventually('the end of the connection', closed);
  });

  it('is not read on when its declared length is too large and the caller sends it all the same', async () => {
    const { socket, serverEnd, pump, answer, closed } = await connect();
    socket.write(post(WEBHOOK, LENGTH_50_GB));
    pump(PIECE);
    await eventually('the end of the connection', closed);
    expectLastProblem(answer(), 413);
    expect(serverEnd.bytesRead).toBeLessThan(MOST_READ_BYTES);
  });

  it('is refused as soon as its chunks pass the limit, and not read on', async () => {
    const { socket, serverEnd, pump, answer, closed } = await connect();
    socket.write(post(WEBHOOK, 'Transfer-Encoding: chunked'));
    pump(`${(1_024).toString(16)}\r\n${' '.repeat(1_024)}\r\n`);
    await eventually('the answer', () => answer().endsWith('}'));
    expectLastProblem(answer(), 413);
    await eventually('the end of the connection', closed);
    expect(serverEnd.bytesRead).toBeLessThan(MOST_READ_BYTES);
  });

  it('is not read on behind an answer that needed none of it', async () => {
    const refusals: readonly [string, number][] = [
      [post('/api/v1/things', LENGTH_50_GB), 401],
      [post('/nowhere', 'Transfer-Encoding: chunked'), 404],
      [post(WEBHOOK, LENGTH_50_GB, 'Content-Encoding: gzip'), 413],
    ];
    for (const [head, status] of refusals) {
      const { socket, serverEnd, pump, answer, closed } = await connect();
      socket.write(head);
      pump(head.includes('chunked') ? `10000\r\n${PIECE}\r\n` : PIECE);
      await eventually('the end of the connection', closed);
      expectLastProblem(answer(), status);
      expect(serverEnd.bytesRead).toBeLessThan(MOST_READ_BYTES);
    }
    const { socket, serverEnd, pump, closed } = await connect();
    socket.write(`GET /livez HTTP/1.1\r\nHost: x\r\n${LENGTH_50_GB}\r\n\r\n`);
    pump(PIECE);
    await eventually('the end of the connection', closed);
    expect(serverEnd.bytesRead).toBeLessThan(MOST_READ_BYTES);
  });

  it('lets an honest caller see the answer who reads only when all is sent', async () => {
    const size = 200_000;
    const { socket, serverEnd, answer, closed } = await connect();
    socket.pause();
    socket.write(post(WEBHOOK, `Content-Length: ${size}`));
    socket.write(Buffer.alloc(size, ' '));
    await eventually('all of it to be read', () => serverEnd.bytesRead > size);
    socket.resume();
    await eventually('the end of the connection', closed);
    expectLastProblem(answer(), 413);
  });

  it('leaves the connection to a caller whose refused body is short', async () => {
    const { socket, answer } = await connect();
    socket.write(post('/api/v1/things', 'Content-Length: 2'));
    await eventually('the first answer', () => answer().includes('unauthenticated'));
    socket.write('{}GET /api/v1/open HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually('the second answer', () => answer().includes('HTTP/1.1 200 '));
  });

  it('is not waited for when it stops short of its length, and others are served meanwhile', async () => {
    const { socket } = await connect();
    const token = tokenOf('customer');
    socket.write(post('/api/v1/things', `Authorization: Bearer ${token}`, 'Content-Length: 50'));
    socket.end('{');
    const made = await things.call('POST', '/api/v1/things', { token, body: { name: 'cup', quantity: 1 } });
    expect(made.status).toBe(201);
    expect(things.logs.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
