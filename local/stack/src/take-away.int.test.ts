import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askBroker } from './broker-probe.ts';
import { actOnChild } from './child-verbs.ts';
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
  expect(child.pause(200)).toBe('done');
  expect(child.status()).toMatchObject({ state: 'paused', awayUntil: expect.any(Date) });
  await eventually(() => expect(child.status()).toMatchObject({ state: 'ready', awayUntil: undefined, restarts: 0 }));
});

test('only signals that end a child are passed on, since the supervisor would not know of the others', async () => {
  const { child } = await aChild();
  for (const signal of ['SIGSTOP', 'SIGCONT', 'SIGUSR1']) {
    const refused = actOnChild(child, 'kill', { signal });
    await expect(refused).rejects.toThrow('signal is SIGKILL, SIGTERM or SIGINT; pause freezes a child for a while');
  }
  expect(child.status()).toMatchObject({ state: 'ready', restarts: 0 });
});

test('a child that is away is not paused over it, and what ends the time says so', async () => {
  const { child } = await aChild();
  const away = { status: 409, body: { code: 'outage_under_way', detail: expect.stringContaining('is away already') } };
  expect(await actOnChild(child, 'pause', { ms: 60_000 })).toMatchObject({ status: 200, body: { state: 'paused' } });
  const { awayUntil } = child.status();
  expect(await actOnChild(child, 'pause', { ms: 1 })).toMatchObject(away);
  expect(child.status()).toMatchObject({ state: 'paused', awayUntil });

  expect(await actOnChild(child, 'kill', {})).toMatchObject({ status: 200 });
  await eventually(() => expect(child.status()).toMatchObject({ state: 'ready', awayUntil: undefined, restarts: 1 }));

  expect(child.takeAway(60_000)).toBe(true);
  expect(await actOnChild(child, 'pause', {})).toMatchObject(away);
  expect(await actOnChild(child, 'kill', {})).toMatchObject({ status: 409, body: { code: 'not_running' } });
  await eventually(() => expect(child.status().state).toBe('waiting'));
  expect(await actOnChild(child, 'pause', {})).toMatchObject(away);
  expect(await actOnChild(child, 'start', {})).toMatchObject({ body: { state: 'ready', awayUntil: undefined } });

  expect(await actOnChild(child, 'pause', { ms: 60_000 })).toMatchObject({ status: 200 });
  expect(await actOnChild(child, 'stop', {})).toMatchObject({ body: { state: 'stopped', awayUntil: undefined } });
});

test('a child that was told to end is neither killed again nor paused, and a start waits for the next one', async () => {
  const { child } = await aChild();
  const { pid } = child.status();
  expect(await actOnChild(child, 'kill', {})).toMatchObject({ status: 200, body: { pid, signal: 'SIGKILL' } });
  for (const verb of ['kill', 'pause']) {
    const refused = await actOnChild(child, verb, {});
    expect(refused).toMatchObject({ status: 409, body: { code: 'not_running' } });
  }
  expect(await actOnChild(child, 'start', {})).toMatchObject({ body: { state: 'ready', restarts: 1 } });
  expect(child.status().pid).not.toBe(pid);

  // Who was asked politely may take a while; that can be cut short.
  expect(await actOnChild(child, 'kill', { signal: 'SIGTERM' })).toMatchObject({ status: 200 });
  expect(await actOnChild(child, 'kill', { signal: 'SIGTERM' })).toMatchObject({ status: 409 });
  expect(await actOnChild(child, 'kill', {})).toMatchObject({ status: 200, body: { signal: 'SIGKILL' } });
});

test('a start that a stop overtakes is a conflict', async () => {
  const { child } = await aChild();
  await child.stop();
  const starting = actOnChild(child, 'start', {});
  const stopping = actOnChild(child, 'stop', {});
  const late = actOnChild(child, 'start', {});
  const conflict = { status: 409, body: { code: 'not_running', detail: 'store was stopped meanwhile' } };
  expect(await Promise.all([starting, stopping, late])).toMatchObject([
    conflict,
    { status: 200, body: { state: 'stopped' } },
    conflict,
  ]);
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
