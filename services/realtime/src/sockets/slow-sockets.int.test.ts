import { connect as dial } from 'node:net';
import { createServiceTokens } from '@tiffin/platform/auth/tokens';
import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../an-order.fixture.ts';
import { SERVICE_TOKEN_SECRET, startWorld, tokenOf, type World } from '../world.fixture.ts';

let world: World;
let node: Awaited<ReturnType<World['startLinkedNode']>>;

beforeAll(async () => {
  world = await startWorld('slow');
  node = await world.startLinkedNode();
});
afterAll(() => world.close());

const tokens = createServiceTokens({ secret: SERVICE_TOKEN_SECRET, name: 'utils' });
const emit = (room: string, payload: unknown) =>
  fetch(`${node.url}/api/v1/internal/emit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.issue()}` },
    body: JSON.stringify({ event: 'order:update', room, payload }),
  });
const cutSoFar = async () => {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  return Number(/^realtime_slow_sockets_cut_total\S* (\d+)/m.exec(text)?.[1]);
};

/** Speaks the protocol by hand on a bare TCP connection, so that it can stop reading. */
const openBare = async (token: string) => {
  const socket = dial(node.port, '127.0.0.1');
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const upgrade = 'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13';
  const key = Buffer.alloc(16).toString('base64');
  socket.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${upgrade}\r\nSec-WebSocket-Key: ${key}\r\n\r\n`);
  await eventually('the handshake', () => text.includes('"sid"'));
  // One masked text frame of 126 to 65,535 bytes, its mask all zero (RFC 6455 section 5.2).
  const frame = Buffer.from(`40${JSON.stringify({ token })}`);
  const head = Buffer.from([0x81, 0xfe, frame.length >> 8, frame.length & 255, 0, 0, 0, 0]);
  socket.write(Buffer.concat([head, frame]));
  await eventually('the connection', () => text.includes('40{"sid"'));
  return { socket, ended };
};

describe('a client that does not read', () => {
  it('is cut off when more than 1 MB waits for it, and nobody else is', async () => {
    const [slow, quick] = [`c-${newId()}`, `c-${newId()}`];
    const stalled = await openBare(tokenOf('customer', slow));
    const reading = await world.connect(node.url, 'customer', quick);
    stalled.socket.pause();
    // The kernel takes some megabytes first; only what it refuses waits in this process.
    await eventually(
      'the cut',
      async () => {
        for (let at = 0; at < 20; at += 1) {
          await emit(`user:${slow}`, 'x'.repeat(90_000));
          await emit(`user:${quick}`, 'x'.repeat(90_000));
        }
        return (await cutSoFar()) > 0;
      },
      { withinMs: 30_000 },
    );
    stalled.socket.resume();
    await stalled.ended;
    expect(await cutSoFar()).toBe(1);
    await emit(`user:${quick}`, { last: true });
    expect(await reading.next('order:update', ({ last }) => last === true)).toEqual({ last: true });
  });
});
