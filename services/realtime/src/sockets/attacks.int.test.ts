import { createServiceTokens } from '@tiffin/platform/auth/tokens';
import { eventually } from '@tiffin/testing/eventually';
import jwt from 'jsonwebtoken';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent, anOrder, newId } from '../an-order.fixture.ts';
import { JWT_SECRET, SERVICE_TOKEN_SECRET, startWorld, tokenOf, type World } from '../world.fixture.ts';

let world: World;
let node: Awaited<ReturnType<World['startLinkedNode']>>;
const open: Socket[] = [];

beforeAll(async () => {
  world = await startWorld('attacks');
  node = await world.startLinkedNode({ ALLOWED_ORIGINS: ['https://app.tiffin.example'] });
});
afterAll(async () => {
  for (const socket of open) socket.close();
  await world.close();
});

const dial = (options: Partial<ManagerOptions & SocketOptions>): Socket => {
  const socket = io(node.url, { transports: ['websocket'], forceNew: true, reconnection: false, ...options });
  open.push(socket);
  return socket;
};

/** Connects, or tells why not: the code of the refusal, `refused` when there was not even a handshake. */
const outcomeOf = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error: Error & { data?: { code?: string } }) =>
      resolve(error.data?.code ?? 'refused'),
    );
  });

const connected = async (role: 'customer' | 'rider', sub = `${role}-${newId()}`): Promise<Socket> => {
  const socket = dial({ auth: { token: tokenOf(role, sub) } });
  expect(await outcomeOf(socket)).toBe('connected');
  return socket;
};

/** The next event of that name, with what it carries. */
const once = (socket: Socket, name: string): Promise<unknown> => new Promise((resolve) => socket.once(name, resolve));

const ask = (socket: Socket, name: string, ...body: unknown[]): Promise<unknown> =>
  socket.timeout(5_000).emitWithAck(name, ...body);

const isAlive = async () => expect((await fetch(`${node.url}/livez`)).status).toBe(200);

const signed = (claims: object, secret = JWT_SECRET) =>
  jwt.sign(claims, secret, { algorithm: 'HS256', header: { alg: 'HS256', typ: 'at+jwt' } });
const seconds = () => Math.floor(Date.now() / 1_000);
const claims = (more: object = {}) => ({
  ...{ sub: 'c1', role: 'customer', iss: 'tiffin', aud: 'tiffin', iat: seconds(), exp: seconds() + 60 },
  ...more,
});

describe('D. attacks on sockets', () => {
  it('D72 refuses a connection without a token, and with one that is expired, foreign or for somebody else', async () => {
    const bad = [
      undefined,
      {},
      { token: '' },
      { token: 17 },
      { token: 'x'.repeat(9_000) },
      { token: signed(claims({ iat: seconds() - 100, exp: seconds() - 50 })) },
      { token: signed(claims({ aud: 'tiffin-internal' })) },
      { token: signed(claims({ role: 'service' })) },
      { token: signed(claims(), 'another secret of more than thirty-two bytes') },
      { token: createServiceTokens({ secret: SERVICE_TOKEN_SECRET, name: 'rider' }).issue() },
    ];
    for (const auth of bad) {
      expect(await outcomeOf(dial(auth === undefined ? {} : { auth }))).toBe('unauthenticated');
    }
  });

  it('D73 looks for no token in the query', async () => {
    expect(await outcomeOf(dial({ query: { token: tokenOf('customer', 'c1') } }))).toBe('unauthenticated');
  });

  it('D74 refuses pages of a foreign origin, and lets in those on the list and of its own host', async () => {
    const from = (origin: string) =>
      outcomeOf(dial({ auth: { token: tokenOf('customer', `c-${newId()}`) }, extraHeaders: { origin } }));
    expect(await from('https://evil.example')).toBe('refused');
    expect(await from('null')).toBe('refused');
    expect(await from('https://app.tiffin.example.evil.example')).toBe('refused');
    expect(await from('https://app.tiffin.example')).toBe('connected');
    expect(await from(node.url)).toBe('connected');
  });

  it('D75 shows nobody the order of another, whoever asks', async () => {
    const order = world.neighbours.keep(anOrder());
    order.next('ORDER_CREATED');
    order.next('ORDER_PLACED');
    for (const role of ['customer', 'rider', 'restaurant'] as const) {
      const stranger = await world.connect(node.url, role, `${role}-${newId()}`);
      expect(await stranger.request('order:watch', { orderId: order.orderId })).toEqual({
        ok: false,
        code: 'not_found',
      });
      expect(await stranger.request('order:watch', { orderId: order.orderId, since: 1 })).toEqual({
        ok: false,
        code: 'not_found',
      });
      expect(await stranger.request('order:watch', { orderId: newId() })).toEqual({ ok: false, code: 'not_found' });
    }
    // The right person under the wrong role's token is a stranger too.
    const disguised = await world.connect(node.url, 'rider', order.userId);
    expect(await disguised.request('order:watch', { orderId: order.orderId })).toEqual({
      ok: false,
      code: 'not_found',
    });
  });

  it('D76 takes no room from a client, whatever it looks like', async () => {
    const socket = await connected('customer');
    for (const body of [
      ['*'],
      { room: 'ops' },
      { orderId: ['*'] },
      { orderId: '*' },
      { orderId: { $ne: null } },
      '*',
    ]) {
      expect(await ask(socket, 'order:watch', body)).toEqual({ ok: false, code: 'invalid_request' });
    }
    expect(await ask(socket, 'join', 'ops')).toEqual({ ok: false, code: 'invalid_request' });
  });

  it('D77 lets nobody back in without a token, under an old session id', async () => {
    const first = await connected('customer', 'victim');
    const { id } = first;
    first.close();
    const back = dial({ auth: { pid: id, offset: id } });
    expect(await outcomeOf(back)).toBe('unauthenticated');
    const other = dial({ auth: { pid: id, offset: id, token: tokenOf('customer', 'thief') } });
    expect(await outcomeOf(other)).toBe('connected');
    expect(other.recovered).not.toBe(true);
  });

  it('D79 keeps a socket in the person and the role it came with', async () => {
    const socket = await connected('customer', 'c-79');
    const refresh = (token: unknown) => ask(socket, 'auth:refresh', { token });
    expect(await refresh(tokenOf('customer', 'somebody-else'))).toEqual({ ok: false, code: 'forbidden' });
    expect(await refresh(tokenOf('admin', 'c-79'))).toEqual({ ok: false, code: 'forbidden' });
    expect(await refresh('rubbish')).toEqual({ ok: false, code: 'unauthenticated' });
    expect(await refresh(null)).toEqual({ ok: false, code: 'invalid_request' });
    expect(await refresh(tokenOf('customer', 'c-79', { ttlSeconds: 7_200 }))).toMatchObject({ ok: true });
  });

  it('D80 survives null, and everything else that is no body, in every request', async () => {
    for (const name of ['order:watch', 'order:unwatch', 'auth:refresh', 'rider:location']) {
      const socket = await connected('rider');
      for (const body of [null, undefined, 0, '', [], [[]], { __proto__: null }, 'x', true]) {
        expect(await ask(socket, name, body)).toEqual({ ok: false, code: 'invalid_request' });
      }
      socket.emit(name);
      socket.emit(name, null);
      expect(await outcomeOf(dial({ auth: { token: tokenOf('customer', `c-${newId()}`) } }))).toBe('connected');
    }
    await isAlive();
  });

  it('D81 refuses events it does not know, also those that would end an unguarded process', async () => {
    const socket = await connected('customer');
    for (const name of ['error', 'nonsense', 'constructor', '__proto__', 'message']) {
      expect(await ask(socket, name, {})).toEqual({ ok: false, code: 'invalid_request' });
      socket.emit(name);
    }
    // A name may be a number in the protocol.
    socket.io.engine.write('2[7,null]');
    socket.io.engine.write('21[7,null]');
    expect(await ask(socket, 'order:unwatch', { orderId: newId() })).toEqual({ ok: true });
    await isAlive();
  });

  it('D82 cuts off whoever sends a frame larger than 16 KB', async () => {
    const socket = await connected('customer');
    const gone = once(socket, 'disconnect');
    socket.emit('order:watch', { orderId: 'x'.repeat(1_000_000) });
    await gone;
    await isAlive();
  });

  it('D83 answers 40 at once, refuses the rest, and cuts off a flood', async () => {
    const socket = await connected('customer');
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => ask(socket, 'order:unwatch', { orderId: newId() }) as Promise<{ ok: boolean }>),
    );
    const answered = answers.filter(({ ok }) => ok).length;
    expect(answered).toBeGreaterThanOrEqual(40);
    expect(answered).toBeLessThan(50);
    expect(answers.at(-1)).toEqual({ ok: false, code: 'too_many_requests' });
    const gone = once(socket, 'disconnect');
    for (let at = 0; at < 1_000; at += 1) socket.emit('order:unwatch', null);
    await gone;
    await isAlive();
  });

  it('D84 passes nothing on that a client says in the name of the server', async () => {
    const order = anOrder();
    const victim = await world.connect(node.url, 'customer', order.userId);
    const attacker = await connected('customer');
    const lie = { orderId: order.orderId, seq: 9, type: 'ORDER_DELIVERED', status: 'delivered' };
    for (const name of ['order:update', 'order:new', 'rider:location', 'order:available', 'server:drain']) {
      expect(await ask(attacker, name, { ...lie, room: `user:${order.userId}` })).toMatchObject({ ok: false });
    }
    await world.publish(order.next('ORDER_CREATED'));
    await victim.next('order:update');
    expect(victim.seen('order:update', 'order:new', 'rider:location', 'server:drain')).toHaveLength(1);
  });

  it('D85 lets only riders report positions, and shows watchers only what the rider service has accepted', async () => {
    const points = [
      { seq: 1, at: new Date().toISOString(), location: { type: 'Point', coordinates: [77, 12] }, accuracyM: 5 },
    ];
    const customer = await connected('customer');
    expect(await ask(customer, 'rider:location', { points })).toEqual({ ok: false, code: 'forbidden' });
    const order = anOrder();
    const watcher = await world.connect(node.url, 'customer', order.userId);
    const rider = await connected('rider');
    expect(await ask(rider, 'rider:location', { points, orderId: order.orderId })).toEqual({
      ok: false,
      code: 'invalid_request',
    });
    expect(await ask(rider, 'rider:location', { points })).toMatchObject({ ok: true });
    await world.publish(order.next('ORDER_CREATED'));
    await watcher.next('order:update');
    expect(watcher.seen('rider:location')).toEqual([]);
  });

  it('D86 refuses the sixth socket of a person, and lets one in again when another has gone', async () => {
    const sub = `many-${newId()}`;
    const sockets: Socket[] = [];
    for (let at = 0; at < 5; at += 1) sockets.push(await connected('customer', sub));
    const sixth = () => outcomeOf(dial({ auth: { token: tokenOf('customer', sub) } }));
    expect(await sixth()).toBe('too_many_requests');
    expect(await outcomeOf(dial({ auth: { token: tokenOf('customer', `other-${newId()}`) } }))).toBe('connected');
    sockets[0]?.close();
    await eventually('a free place', async () => (await sixth()) === 'connected');
  });
});

describe('D78 a session', () => {
  it('is warned a minute before its token ends, and ends 25 s after it', async () => {
    const clock = { aheadMs: 0 };
    const now = () => new Date(Date.now() + clock.aheadMs);
    const timed = await world.startLinkedNode({}, { now });
    const sub = `timed-${newId()}`;
    const socket = io(timed.url, {
      transports: ['websocket'],
      forceNew: true,
      auth: { token: tokenOf('customer', sub, { ttlSeconds: 120 }) },
    });
    open.push(socket);
    const warned: { expiresAt: string }[] = [];
    socket.on('auth:expiring', (warning: { expiresAt: string }) => warned.push(warning));
    await once(socket, 'connect');

    clock.aheadMs = 62_000;
    await eventually('the warning', () => warned.length === 1);
    expect(
      await ask(socket, 'auth:refresh', { token: tokenOf('customer', sub, { ttlSeconds: 300, now }) }),
    ).toMatchObject({ ok: true });

    // The first token's end passes without effect; the second one's does not.
    clock.aheadMs = 150_000;
    const order = anOrder();
    const heard = once(socket, 'order:update');
    await world.publish({ ...order.next('ORDER_CREATED'), data: { ...order.events[0]?.data, userId: sub } });
    await heard;
    const gone = once(socket, 'disconnect');
    clock.aheadMs = 62_000 + 300_000 + 20_000;
    await eventually('the second warning', () => warned.length === 2);
    expect(socket.connected).toBe(true);
    clock.aheadMs += 6_000;
    expect(await gone).toContain('io server disconnect');
  });
});

describe('a page of the bus', () => {
  it('ends nothing when it is unreadable, too new, or of an unknown kind', async () => {
    const order = anOrder();
    const customer = await world.connect(node.url, 'customer', order.userId);
    await world.publish({ ...order.next('ORDER_CREATED'), version: 99 });
    await world.publish(anEvent('RIDER_LOCATIONS', newId(), { points: 'none' }));
    await world.publish({
      ...anEvent('RIDER_LOCATIONS', newId(), { points: [] }),
      type: 'RIDER_LOCATIONS',
      seq: 1,
      data: {},
    });
    await world.publish(order.next('ORDER_PLACED'));
    expect(await customer.next('order:update')).toMatchObject({ seq: 2 });
    await isAlive();
  });
});
