import { createServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { findMongodb } from './find-mongodb.ts';
import { findRabbitmq } from './find-rabbitmq.ts';
import { findRedis } from './find-redis.ts';
import { busyPorts } from './port-holder.ts';

const listening = async (onConnection: (socket: Socket) => void): Promise<number> => {
  const server: Server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
};

/** An OP_MSG answer with one int32 field, and another when given. */
const answerWith = (fields: Record<string, number>) => (socket: Socket) => {
  socket.on('data', () => {
    const elements = Object.entries(fields).map(([name, value]) => {
      const number = Buffer.alloc(4);
      number.writeInt32LE(value);
      return Buffer.concat([Buffer.from([16]), Buffer.from(`${name}\0`), number]);
    });
    const document = Buffer.concat([Buffer.alloc(4), ...elements, Buffer.from([0])]);
    document.writeInt32LE(document.length, 0);
    const header = Buffer.alloc(21);
    header.writeInt32LE(header.length + document.length, 0);
    header.writeInt32LE(2_013, 12);
    socket.write(Buffer.concat([header, document]));
  });
};

test('a MongoDB that is named is taken to the letter, whatever else there is', async () => {
  const found = await findMongodb({ given: 'mongodb://named', path: '', port: 1 });
  expect(found).toEqual({ from: 'env', url: 'mongodb://named', notes: [] });
});

test('a MongoDB that answers is used, an old one is passed over and said so', async () => {
  const current = await listening(answerWith({ maxWireVersion: 25 }));
  expect(await findMongodb({ given: undefined, path: '', port: current })).toEqual({
    from: 'running',
    url: `mongodb://127.0.0.1:${current}`,
    notes: [],
  });
  const old = await listening(answerWith({ maxWireVersion: 8 }));
  expect(await findMongodb({ given: undefined, path: '', port: old })).toMatchObject({
    from: 'embedded',
    notes: [expect.stringContaining('too old')],
  });
});

test('a MongoDB that wants a login is passed over with the command that gives one', async () => {
  const port = await listening(answerWith({ maxWireVersion: 25, code: 13 }));
  expect(await findMongodb({ given: undefined, path: '', port })).toMatchObject({
    from: 'embedded',
    notes: [expect.stringContaining(`MONGODB_URL=mongodb://USER:PASSWORD@127.0.0.1:${port} npm start`)],
  });
});

test('whoever else listens on the port of MongoDB is not taken for it', async () => {
  const port = await listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect(await findMongodb({ given: undefined, path: '', port })).toEqual({ from: 'embedded', notes: [] });
});

test('the broker that runs is found with its version', async () => {
  const found = await findRabbitmq({ given: undefined, path: '' });
  expect(found).toMatchObject({ from: 'running', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});

test('a broker that refuses guest is passed over with the command that gives a login', async () => {
  const usualUrl = 'amqp://guest:wrong@127.0.0.1:5672';
  const found = await findRabbitmq({ given: undefined, path: '', usualUrl });
  expect(found.notes).toEqual([expect.stringContaining('RABBITMQ_URL=amqp://USER:PASSWORD@127.0.0.1:5672 npm start')]);
});

test('a Redis is whatever answers PONG', async () => {
  const redis = await listening((socket) => socket.on('data', () => socket.write('+PONG\r\n')));
  expect(await findRedis({ given: undefined, port: redis })).toEqual({
    from: 'running',
    url: `redis://127.0.0.1:${redis}`,
  });
  const locked = await listening((socket) => socket.on('data', () => socket.write('-NOAUTH\r\n')));
  expect(await findRedis({ given: undefined, port: locked })).toEqual({ from: 'absent' });
});

test('the holder of a taken port is named', async () => {
  const port = await listening(() => undefined);
  const [busy] = await busyPorts([port]);
  expect(busy).toEqual({ port, holder: expect.stringContaining(`pid ${process.pid}: `) });
});
