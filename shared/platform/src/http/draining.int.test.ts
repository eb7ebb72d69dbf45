import net from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Health } from './health.ts';
import { startThings, type Things } from './server.fixture.ts';

let health: () => Promise<Health>;
let things: Things;
beforeEach(async () => {
  health = async () => ({ status: 'pass', checks: {} });
  things = await startThings({ health: () => health() });
});
afterEach(() => things.close());

const eventually = async (fact: () => boolean): Promise<void> => {
  while (!fact()) await new Promise((resolve) => setImmediate(resolve));
};
const status = async (path: string) => (await things.call('GET', path)).status;

it('is ready with a warning, and not ready when something fails, throws or never answers', async () => {
  health = async () => ({ status: 'warn', checks: { broker: { status: 'warn' } } });
  const warned = await things.call('GET', '/health');
  expect([warned.status, JSON.parse(warned.text)]).toEqual([
    200,
    { status: 'warn', checks: { broker: { status: 'warn' } } },
  ]);
  expect(warned.headers.get('content-type')).toBe('application/health+json');

  health = async () => ({ status: 'fail', checks: { database: { status: 'fail' } } });
  expect([await status('/readyz'), await status('/livez')]).toEqual([503, 200]);
  health = () => Promise.reject(new Error('secret'));
  const thrown = await things.call('GET', '/readyz');
  expect([thrown.status, thrown.text.includes('secret')]).toEqual([503, false]);
  health = () => new Promise(() => undefined);
  expect(await status('/readyz')).toBe(503);
});

it('says not ready while it drains, serves on, and ends each connection with its answer', async () => {
  things.server.startDraining();
  const ready = await things.call('GET', '/readyz');
  expect([ready.status, JSON.parse(ready.text).status]).toEqual([503, 'fail']);
  const answer = await things.call('GET', '/api/v1/open');
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  expect(await status('/livez')).toBe(200);
});

it('finishes a running request before it closes, and takes no new one', async () => {
  const slow = things.call('GET', '/api/v1/slow');
  await eventually(() => things.runs.includes('slow'));
  const closed = things.close();
  await expect(things.call('GET', '/api/v1/open')).rejects.toThrow();
  things.finishSlow();
  const answer = await slow;
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  await closed;
});

it('does not wait for connections that ask nothing', async () => {
  const silent = net.connect(things.port, '127.0.0.1');
  silent.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    silent.once('connect', () => resolve());
  });
  const ended = new Promise<void>((resolve) => {
    silent.once('close', () => resolve());
  });
  await things.call('GET', '/api/v1/open');
  await things.close();
  await ended;
  expect(things.server.server.listening).toBe(false);
});

it('can be closed twice', async () => {
  await Promise.all([things.close(), things.close()]);
  await things.close();
});

it('names the port that is taken', async () => {
  const other = await startThings();
  await other.close();
  await expect(other.server.listen(things.port, '127.0.0.1')).rejects.toThrow(`port ${things.port} is in use`);
});
