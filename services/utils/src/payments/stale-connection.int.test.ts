import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { orderId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import { createLogger } from '@tiffin/platform/observability/logger';
import { afterEach, expect, it } from 'vitest';
import { createRazorpayGateway } from './razorpay.gateway.ts';

const order = JSON.stringify({
  id: 'order_TiffinTest0001',
  amount: 30_700,
  currency: 'INR',
  receipt: '1'.repeat(24),
  status: 'created',
});
const reply = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${order.length}\r\n\r\n${order}`;

let server: Server;
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((resolve) => server.close(resolve));
});

/** A gateway that answers `answers` requests on each connection and closes it when one more comes. */
const serve = async (answers: number) => {
  const connections: number[] = [];
  server = createServer((socket) => {
    sockets.add(socket);
    const connection = connections.push(0) - 1;
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      if (!data.toString().startsWith('POST')) return;
      const count = (connections[connection] ?? 0) + 1;
      connections[connection] = count;
      if (count <= answers) socket.write(reply);
      else socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gateway = createRazorpayGateway({
    url,
    keyId: 'k',
    keySecret: 's',
    logger: createLogger({ service: 'utils', level: 'silent' }),
  });
  const createOrder = () =>
    gateway.createOrder({ orderId: orderId.parse('1'.repeat(24)), amountPaise: inPaise(30_700), currency: 'INR' });
  return { connections, createOrder };
};

it('a connection that the gateway closes just when it is used again costs nobody anything', async () => {
  const { connections, createOrder } = await serve(1);
  expect((await createOrder()).ok).toBe(true);
  expect((await createOrder()).ok).toBe(true);
  expect(connections).toEqual([2, 1]);
});

it('a new connection that breaks is told as what it is: nobody knows whether it happened', async () => {
  const { connections, createOrder } = await serve(0);
  expect(await createOrder()).toMatchObject({ ok: false, kind: 'ambiguous' });
  expect(connections).toEqual([1]);
});
