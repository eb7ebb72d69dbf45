import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askBroker } from './broker-probe.ts';
import { privateRabbitmq } from './children.ts';
import { findProgram } from './find-program.ts';
import { portsFrom } from './ports.ts';
import { layOutRabbitmq } from './private-rabbitmq.ts';
import { aPlace, eventually } from './started-stack.fixture.ts';
import { type ChildNews, type ChildSpec, supervise } from './supervise.ts';

const supervised = (spec: ChildSpec) => {
  const news: ChildNews[] = [];
  const child = supervise({ spec, tell: (one) => news.push(one), changed: () => undefined });
  onTestFinished(() => child.stop());
  return { child, news };
};

const READY_AT_ONCE = `console.log('{"event":"ready"}'); setInterval(() => {}, 1_000);`;

const aChild = async () => {
  const { data } = await aPlace();
  await mkdir(join(data, 'logs'));
  const command = {
    file: process.execPath,
    args: ['-e', READY_AT_ONCE],
    env: process.env,
    logFile: join(data, 'logs/child.log'),
  };
  const started = supervised({ name: 'store', port: null, command });
  await started.child.start();
  return started;
};

test('a child that is taken away comes back when its time is over, and not a moment earlier', async () => {
  const { child, news } = await aChild();
  const before = performance.now();
  expect(child.takeAway(2_000)).toBe(true);
  expect(child.status().awayUntil).toBeInstanceOf(Date);
  await eventually(() => expect(child.status()).toMatchObject({ state: 'waiting', pid: null }));
  expect(child.takeAway(2_000)).toBe(false);
  await eventually(() => expect(child.status()).toMatchObject({ state: 'ready', restarts: 1 }));
  expect(performance.now() - before).toBeGreaterThanOrEqual(1_990);
  expect(child.status().awayUntil).toBeUndefined();
  const told = news.find(({ kind }) => kind === 'ended');
  expect(told).toMatchObject({ how: 'killed by SIGKILL' });
  if (told?.kind === 'ended') expect(told.startsInMs).toBeGreaterThan(1_500);

  // The next trouble is its first: a second, as ever.
  child.signal('SIGKILL');
  await eventually(() => expect(news.filter(({ kind }) => kind === 'ended')).toHaveLength(2));
  expect(news.findLast(({ kind }) => kind === 'ended')).toMatchObject({ startsInMs: 1_000 });
});

test('a child that is taken away can be stopped, and started before its time is over', async () => {
  const { child } = await aChild();
  child.takeAway(60_000);
  await child.stop();
  expect(child.status()).toMatchObject({ state: 'stopped', pid: null, awayUntil: undefined });
  await child.start();
  child.takeAway(60_000);
  await eventually(() => expect(child.status().state).toBe('waiting'));
  await child.start();
  expect(child.status()).toMatchObject({ state: 'ready', awayUntil: undefined });
});

test('a paused child says until when, and is itself again after that', async () => {
  const { child } = await aChild();
  expect(child.pause(200)).toBe(true);
  expect(child.status()).toMatchObject({ state: 'paused', awayUntil: expect.any(Date) });
  await eventually(() => expect(child.status()).toMatchObject({ state: 'ready', awayUntil: undefined, restarts: 0 }));
});

test('a RabbitMQ of our own is killed, stays away, and serves again afterwards', async () => {
  const program = await findProgram('rabbitmq-server', process.env.PATH);
  if (program === undefined) throw new Error('this test wants rabbitmq-server on the PATH');
  const { data, base } = await aPlace();
  await mkdir(join(data, 'logs'));
  const ports = portsFrom(base);
  const env = await layOutRabbitmq(data, ports, process.env);
  const { child } = supervised(privateRabbitmq({ data, ports, env }, program));
  await child.start();
  const url = `amqp://guest:guest@127.0.0.1:${ports.rabbitmq}`;
  expect(await askBroker(url)).toMatchObject({ kind: 'up' });
  expect(child.takeAway(1_000)).toBe(true);
  await eventually(async () => expect(await askBroker(url)).toMatchObject({ kind: 'away' }));
  await eventually(async () => expect(await askBroker(url)).toMatchObject({ kind: 'up' }));
}, 120_000);
