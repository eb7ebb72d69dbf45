import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@tiffin/testing/eventually';
import { Server } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveSocket, openLiveSocket } from './live-socket.ts';

describe('a socket spoken by hand', () => {
  let io: Server;
  let url: string;
  let open: LiveSocket | undefined;

  beforeEach(async () => {
    const http = createServer();
    io = new Server(http, { transports: ['websocket'], pingInterval: 50, pingTimeout: 100 });
    io.use((socket, next) => next(socket.handshake.auth.token === 'right' ? undefined : new Error('unauthenticated')));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    open?.close();
    await io.close();
  });

  it('is let in with its token, hears pushes, and answers pings for as long as it lives', async () => {
    const heard: unknown[] = [];
    open = await openLiveSocket(url, 'right', (name, payload) => heard.push([name, payload]));
    const startedAt = performance.now();
    // Longer than the server waits for a pong.
    await eventually('three pings', () => performance.now() - startedAt > 400);
    io.emit('order:new', { orderId: 'a' });
    await eventually('the push', () => heard.length === 1);
    expect(heard).toEqual([['order:new', { orderId: 'a' }]]);
  });

  it('rejects when the server refuses it', async () => {
    await expect(openLiveSocket(url, 'wrong', () => undefined)).rejects.toThrow(/unauthenticated/);
  });
});
