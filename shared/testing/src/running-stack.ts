import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BrokerVhost, withVhost } from './broker-vhost.ts';

const ROOT = join(import.meta.dirname, '../../..');

export type StackFile = {
  urls: Record<'restaurant' | 'rider' | 'realtime' | 'utils' | 'razorpay', string>;
  infrastructure: { mongodb: { url: string; from: string }; rabbitmq: { url: string; from: string }; redis: unknown };
  stackKey: string;
  secrets: { JWT_SECRET: string } & Record<string, string>;
  children: Record<string, { pid: number; port: number }>;
};

export type RunningStack = {
  readonly dataFolder: string;
  readonly portBase: number;
  /** What `stack.json` says now: pids change when a child is started again. */
  file(): StackFile;
  /** The link that signs a browser in to the console, once. */
  readonly consoleUrl: string;
  /** Every line printed so far, for the message of a failing test. */
  output(): string;
  readonly process: ChildProcess;
  /** One command at the supervisor's door. */
  command(child: string, action: 'kill' | 'pause' | 'stop' | 'start', body?: object): Promise<void>;
  /** Ctrl-C, and waits for the end; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Kills the parent without warning and waits until none of its children is left. */
  kill9(): Promise<void>;
  /** The same start command on the same data. */
  startAgain(): Promise<RunningStack>;
  /** Stops if it runs, and removes the data. */
  dispose(): Promise<void>;
};

/**
 * Starts the stack as a person does, on ports and data of its own, without the simulated city unless asked. `env` goes through to the services.
 * The rate limit is out of the way unless given: a test is faster than a person.
 */
export const startStack = async ({
  env = {},
  args = [],
  dataFolder,
  portBase,
  vhost,
  city = false,
}: {
  env?: Record<string, string>;
  args?: readonly string[];
  dataFolder?: string;
  portBase?: number;
  vhost?: BrokerVhost;
  /** With the simulated city. */
  city?: boolean;
} = {}): Promise<RunningStack> => {
  const data = dataFolder ?? (await mkdtemp(join(tmpdir(), 'tiffin-e2e-')));
  const base = portBase ?? (await freePortBase());
  const brokerVhost = vhost ?? (env.RABBITMQ_URL === undefined ? await withVhost('stack') : undefined);
  const brokerUrl: Record<string, string> = brokerVhost ? { RABBITMQ_URL: brokerVhost.url } : {};
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'tools/start.mjs'),
      ...(city ? [] : ['--no-city']),
      '--json',
      '--port-base',
      String(base),
      '--data',
      data,
      ...args,
    ],
    {
      cwd: ROOT,
      env: { ...process.env, RATE_LIMIT_RPS: '100000', LOG_LEVEL: 'warn', ...brokerUrl, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: string[] = [];
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  if (!child.stdout || !child.stderr) throw new Error('the stack has no output');
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const ready = await new Promise<{ consoleUrl?: string }>((resolve, reject) => {
    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
      lines.push(line);
      if (line.includes('"event":"ready"')) resolve(JSON.parse(line));
    });
    void exited.then((code) =>
      reject(new Error(`the stack ended with ${code} before it was ready:\n${lines.join('\n')}`)),
    );
  });

  const file = (): StackFile => JSON.parse(readFileSync(join(data, 'stack.json'), 'utf8'));
  const everyPid = () => Object.values(file().children).map(({ pid }) => pid);

  const stack: RunningStack = {
    dataFolder: data,
    portBase: base,
    consoleUrl: ready.consoleUrl ?? '',
    file,
    output: () => lines.slice(-200).join('\n'),
    process: child,
    command: async (name, action, body = {}) => {
      const response = await fetch(`http://127.0.0.1:${base}/_stack/${name}/${action}`, {
        method: 'POST',
        headers: { 'x-stack-key': file().stackKey, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`the supervisor answered ${response.status} to ${action} ${name}`);
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      return exited;
    },
    kill9: async () => {
      const pids = everyPid();
      child.kill('SIGKILL');
      await exited;
      await allGone(pids);
    },
    startAgain: () =>
      startStack({ env, args, city, dataFolder: data, portBase: base, ...(brokerVhost ? { vhost: brokerVhost } : {}) }),
    dispose: async () => {
      await stack.stop();
      await brokerVhost?.close();
      await rm(data, { recursive: true, force: true });
    },
  };
  return stack;
};

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const allGone = async (pids: readonly number[]) => {
  const deadline = Date.now() + 20_000;
  while (pids.some(alive)) {
    if (Date.now() > deadline) throw new Error(`still running: ${pids.filter(alive).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** A base from which every port of the stack is free: the one asked for, its services' and the private broker's. */
const freePortBase = async (): Promise<number> => {
  for (let tries = 0; tries < 50; tries += 1) {
    // Below the ports that outgoing connections take (32768 and up on Linux).
    const base = 10_000 + Math.floor(Math.random() * 220) * 100;
    const offsets = [0, 1, 2, 3, 4, 10, 17, 72, 73];
    const free = await Promise.all(offsets.map((offset) => canListen(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free range of ports was found');
};

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
