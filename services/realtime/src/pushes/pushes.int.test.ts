import { randomBytes } from 'node:crypto';
import { createServiceTokens } from '@tiffin/platform/auth/tokens';
import { readConfig } from '@tiffin/platform/config/read-config';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../an-order.fixture.ts';
import { realtimeSettings } from '../config.ts';
import { JWT_SECRET, SERVICE_TOKEN_SECRET, startWorld, tokenOf, type World } from '../world.fixture.ts';

let world: World;
let node: Awaited<ReturnType<World['startLinkedNode']>>;
let keyed: Awaited<ReturnType<World['startLinkedNode']>>;
const KEY = randomBytes(32).toString('hex');

beforeAll(async () => {
  world = await startWorld('emit');
  node = await world.startLinkedNode();
  keyed = await world.startLinkedNode({ INTERNAL_SERVICE_KEY: KEY });
});
afterAll(() => world.close());

const tokens = createServiceTokens({ secret: SERVICE_TOKEN_SECRET, name: 'utils' });
const bearer = (token = tokens.issue()) => ({ authorization: `Bearer ${token}` });

const emit = async (body: unknown, headers: Record<string, string> = bearer(), { url } = node) => {
  const response = await fetch(`${url}/api/v1/internal/emit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { delivered?: number; code?: string } };
};
const push = (room: string, more: object = {}) => ({
  event: 'order:update',
  room,
  payload: { hello: 'world', n: 1 },
  ...more,
});

describe('the emit door', () => {
  it('pushes the payload as it came, and tells how many sockets it reached', async () => {
    const sub = `c-${newId()}`;
    const sockets = [await world.connect(node.url, 'customer', sub), await world.connect(node.url, 'customer', sub)];
    expect(await emit(push(`user:${sub}`))).toEqual({ status: 200, body: { delivered: 2 } });
    for (const socket of sockets) expect(await socket.next('order:update')).toEqual({ hello: 'world', n: 1 });
    expect((await emit(push(`user:nobody-${newId()}`))).body).toEqual({ delivered: 0 });
    for (const payload of [null, 7, 'text', [1, 2]]) {
      expect(await emit({ event: 'server:drain', room: `user:${sub}`, payload })).toMatchObject({
        body: { delivered: 2 },
      });
    }
    await sockets[0]?.next('server:drain');
  });

  it('E87, T17: lets nobody in by a key when none is configured, and by no other key than the configured one', async () => {
    const room = `user:c-${newId()}`;
    for (const headers of [
      {},
      { 'x-internal-key': '' },
      { 'x-internal-key': 'undefined' },
      { 'x-internal-key': KEY },
    ]) {
      expect((await emit(push(room), headers)).status).toBe(401);
    }
    expect((await emit(push(room), { 'x-internal-key': KEY }, keyed)).status).toBe(200);
    for (const key of ['', KEY.slice(1), `${KEY}0`, KEY.toUpperCase(), 'undefined']) {
      expect((await emit(push(room), { 'x-internal-key': key }, keyed)).status).toBe(401);
    }
    expect((await emit(push(room), {}, keyed)).status).toBe(401);
  });

  it('E87 does not start with a key of fewer than 32 bytes', () => {
    const read = () =>
      readConfig(
        realtimeSettings,
        { JWT_SECRET, SERVICE_TOKEN_SECRET, INTERNAL_SERVICE_KEY: 'a'.repeat(31) },
        { production: false },
      );
    expect(read).toThrow(/INTERNAL_SERVICE_KEY/);
  });

  it('E88, T16: is closed to people, an admin too', async () => {
    for (const role of ['customer', 'admin', 'rider', 'restaurant'] as const) {
      expect([401, 403]).toContain((await emit(push('ops'), bearer(tokenOf(role, 'somebody')))).status);
    }
  });

  it('E89 takes no service token that is expired, of a long life, of another secret or under a false name', async () => {
    const iat = Math.floor(Date.now() / 1_000);
    const claims = { sub: 'utils', role: 'service', iss: 'utils', aud: 'tiffin-internal', iat, exp: iat + 60 };
    const sign = (more: object, secret = SERVICE_TOKEN_SECRET) =>
      jwt.sign({ ...claims, ...more }, secret, { algorithm: 'HS256', header: { alg: 'HS256', typ: 'at+jwt' } });
    expect((await emit(push('ops'), bearer(sign({})))).status).toBe(200);
    const bad = [
      sign({ iat: iat - 100, exp: iat - 40 }),
      sign({ exp: iat + 3_600 }),
      sign({ sub: 'rider' }),
      sign({ aud: 'tiffin' }),
      sign({ role: 'admin' }),
      sign({}, JWT_SECRET),
    ];
    for (const token of bad) expect((await emit(push('ops'), bearer(token))).status).toBe(401);
  });

  it.each(['order:deleted', 'disconnect', 'connect', 'error', '__proto__', 'constructor', ''])(
    'E91 refuses the event %j',
    async (event) => {
      expect(await emit({ ...push('ops'), event })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    },
  );

  it.each([
    ...['', '*', 'ops ', 'OPS', 'user:', `user:${'x'.repeat(65)}`, 'user:a b', 'order:1', `order:${'A'.repeat(24)}`],
    ...['restaurant:me', ['ops'], { room: 'ops' }, null, 'user:a\nops', `order:${'a'.repeat(24)}\n`],
  ])('E92 refuses the room %j', async (room) => {
    expect((await emit({ event: 'order:update', room, payload: {} })).status).toBe(400);
  });

  it('E92 refuses a push to nowhere or of nothing, and a field it does not know', async () => {
    expect((await emit({ event: 'order:update', room: 'ops' })).status).toBe(400);
    expect((await emit({ event: 'order:update', payload: {} })).status).toBe(400);
    expect((await emit(push('ops', { rooms: ['ops'] }))).status).toBe(400);
  });

  it('E93 refuses a payload that is too large or too deep', async () => {
    expect((await emit(push('ops', { payload: 'x'.repeat(200_000) }))).status).toBe(413);
    const deep = `{"event":"order:update","room":"ops","payload":${'['.repeat(15_000)}${']'.repeat(15_000)}}`;
    const response = await fetch(`${node.url}/api/v1/internal/emit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer() },
      body: deep,
    });
    expect(response.status).toBe(400);
  });

  it('E95 pushes an event id once', async () => {
    const sub = `c-${newId()}`;
    const socket = await world.connect(node.url, 'customer', sub);
    const eventId = newId();
    expect((await emit(push(`user:${sub}`, { eventId }))).body).toEqual({ delivered: 1 });
    expect((await emit(push(`user:${sub}`, { eventId }))).body).toEqual({ delivered: 0 });
    expect((await emit(push(`user:${sub}`, { eventId: newId(), payload: { last: true } }))).body).toEqual({
      delivered: 1,
    });
    await socket.next('order:update', ({ last }) => last === true);
    expect(socket.seen('order:update')).toHaveLength(2);
  });
});
