import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, expect, it, vi } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { createLogger } from '../observability/logger.ts';
import { runService } from './run-service.ts';

afterEach(() => {
  vi.useRealTimers();
});

const HEARD = ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'];

/** A process made of its parts: what `runService` hears, prints and how it exits. */
const fakeProcess = () => {
  const exits: number[] = [];
  const parts = {
    stdin: new PassThrough(),
    stdout: new PassThrough({ encoding: 'utf8' }),
    stderr: new PassThrough({ encoding: 'utf8' }),
    exit: (code: number) => {
      exits.push(code);
    },
  };
  // The border between a process and its double: only these members are used.
  const emitter = new EventEmitter();
  const process = Object.assign(emitter, parts) as unknown as NodeJS.Process;
  const listeners = () => HEARD.map((name) => process.listenerCount(name));
  return {
    process,
    emit: (name: string, value: unknown) => emitter.emit(name, value),
    exits,
    listeners,
    stdin: parts.stdin,
    printed: () => String(parts.stdout.read() ?? ''),
    said: () => String(parts.stderr.read() ?? ''),
  };
};

const logger = createLogger({ service: 'utils', level: 'silent' });
const run = (
  fake: ReturnType<typeof fakeProcess>,
  start: Parameters<typeof runService>[0]['start'],
  argv: string[] = [],
) => runService({ name: 'utils', env: {}, argv, start, process: fake.process, logger });

const service = () => {
  const steps: string[] = [];
  const step = (name: string) => async () => {
    steps.push(name);
  };
  return { steps, running: { port: 4_004, drain: step('drain'), close: step('close') } };
};

it('prints one ready line, hears signals while it runs, and hears none afterwards', async () => {
  const fake = fakeProcess();
  const { running, steps } = service();
  expect(fake.listeners()).toEqual([0, 0, 0, 0]);
  const run1 = run(fake, async () => running);
  expect(fake.listeners()).toEqual([1, 1, 1, 1]);
  await Promise.resolve();
  expect(JSON.parse(fake.printed())).toEqual({ event: 'ready', service: 'utils', port: 4_004 });
  fake.emit('SIGTERM', 'SIGTERM');
  await run1;
  expect([steps, fake.exits, fake.listeners()]).toEqual([['drain', 'close'], [0], [0, 0, 0, 0]]);
});

it('does not end twice for two signals', async () => {
  const fake = fakeProcess();
  const { running, steps } = service();
  const ended = run(fake, async () => running);
  fake.emit('SIGINT', 'SIGINT');
  fake.emit('SIGTERM', 'SIGTERM');
  await ended;
  expect([steps, fake.exits]).toEqual([['drain', 'close'], [0]]);
});

it('ends when its parent does, if it was asked to', async () => {
  const fake = fakeProcess();
  const { running, steps } = service();
  const ended = run(fake, async () => running, ['--exit-with-parent']);
  fake.stdin.end();
  await ended;
  expect([steps, fake.exits, fake.stdin.listenerCount('close')]).toEqual([['drain', 'close'], [0], 0]);
});

it('prints the whole list of configuration problems and exits with 78', async () => {
  const fake = fakeProcess();
  const problems = ['A', 'B'].map((name) => ({ name, problem: 'is missing', fix: 'give it' }));
  await run(fake, async () => {
    throw new ConfigError(problems);
  });
  expect(fake.exits).toEqual([78]);
  expect(fake.said()).toBe(
    'utils: the configuration has 2 problems:\n  A: is missing; give it\n  B: is missing; give it\n',
  );
});

it('exits with 1 when the start fails, when a drain fails, and at a fault nobody caught', async () => {
  for (const end of ['start', 'drain', 'uncaughtException', 'unhandledRejection']) {
    const fake = fakeProcess();
    const { running } = service();
    const drain = end === 'drain' ? () => Promise.reject(new Error('drain')) : running.drain;
    const ended = run(fake, () =>
      end === 'start' ? Promise.reject(new Error('start')) : Promise.resolve({ ...running, drain }),
    );
    if (end === 'drain') fake.emit('SIGTERM', 'SIGTERM');
    if (end.startsWith('un')) fake.emit(end, new Error('fault'));
    else await ended;
    expect([end, fake.exits, fake.listeners()]).toEqual([end, [1], [0, 0, 0, 0]]);
  }
});

it('exits with 1 when stopping takes longer than 20 s, also when the start never ended', async () => {
  vi.useFakeTimers();
  const forever = () => new Promise<never>(() => undefined);
  const starts: Parameters<typeof run>[1][] = [forever, async () => ({ ...service().running, drain: forever })];
  for (const start of starts) {
    const fake = fakeProcess();
    void run(fake, start);
    fake.emit('SIGTERM', 'SIGTERM');
    await vi.advanceTimersByTimeAsync(10_000);
    // A second signal neither hurries the end nor puts it off.
    fake.emit('SIGINT', 'SIGINT');
    await vi.advanceTimersByTimeAsync(9_999);
    expect(fake.exits).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect([fake.exits, vi.getTimerCount(), fake.listeners()]).toEqual([[1], 0, [0, 0, 0, 0]]);
  }
});

it('does not outlive its parent by more than 5 s, whatever still runs', async () => {
  vi.useFakeTimers();
  const fake = fakeProcess();
  const drain = () => new Promise<never>(() => undefined);
  void run(fake, async () => ({ ...service().running, drain }), ['--exit-with-parent']);
  fake.stdin.destroy();
  await vi.advanceTimersByTimeAsync(4_999);
  expect(fake.exits).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(fake.exits).toEqual([1]);
});
