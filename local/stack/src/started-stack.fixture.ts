import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freeBaseNear } from './port-holder.ts';
import { portsFrom } from './ports.ts';
import { stillRuns } from './process-identity.ts';
import { readStackFile, type StackFile, stackFacts } from './stack-file.ts';

const START = fileURLToPath(new URL('../../../tools/start.mjs', import.meta.url));
const DEADLINE_MS = 90_000;
const LOOK_EVERY_MS = 50;

/** Waits for a fact; throws with its last failure when it does not come about. */
export const eventually = async <Result>(fact: () => Promise<Result> | Result, ms = DEADLINE_MS): Promise<Result> => {
  const until = performance.now() + ms;
  for (;;) {
    try {
      return await fact();
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(LOOK_EVERY_MS);
    }
  }
};

/** A folder and a port base of the test's own. Below the ports the system hands to outgoing connections. */
export const aPlace = async (): Promise<{ data: string; base: number }> => {
  const data = await mkdtemp(join(tmpdir(), 'tiffin-stack-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  const offsets = Object.values(portsFrom(0));
  const base = await freeBaseNear(12_000 + Math.floor(Math.random() * 150) * 100, offsets);
  if (base === undefined) throw new Error('no free ports');
  return { data, base };
};

export type Started = {
  readonly process: ChildProcess;
  readonly lines: object[];
  /** Everything it printed on standard error. */
  errors(): string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The ready line. */
  ready(): Promise<StackFacts>;
  file(): Promise<StackFile>;
};
type StackFacts = ReturnType<typeof stackFacts.parse>;

const jsonOf = (line: string): object => {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`not an object: ${line}`);
  return parsed;
};

/** Runs the real `npm start --json --no-city` of this checkout. Whatever of it is left at the end of the test is stopped. */
export const start = (
  { data, base }: { data: string; base: number },
  { flags = [], env = {} }: { flags?: string[]; env?: Record<string, string> } = {},
): Started => {
  const args = [START, '--json', '--no-city', '--data', data, '--port-base', String(base), ...flags];
  // The runner's own NODE_ENV (test) and npm's marks are not what a person has.
  const { npm_lifecycle_event: _, NODE_ENV: __, ...rest } = process.env;
  const child = spawn(process.execPath, args, { env: { ...rest, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: object[] = [];
  let buffered = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (buffered + chunk.toString('utf8')).split('\n');
    buffered = parts.pop() ?? '';
    lines.push(...parts.map(jsonOf));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  );
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return {
    process: child,
    lines,
    errors: () => errors,
    ended,
    ready: () =>
      eventually(() => {
        if (child.exitCode !== null) throw new Error(`it ended: ${JSON.stringify(lines)} ${errors}`);
        const line = lines.find((one) => 'event' in one && one.event === 'ready');
        if (!line) throw new Error(`not ready: ${JSON.stringify(lines)} ${errors}`);
        return stackFacts.parse(line);
      }),
    file: async () => {
      const file = await readStackFile(data);
      if (!file) throw new Error('there is no stack.json');
      return file;
    },
  };
};

/** Those of a stack's children whose processes are still there. */
export const stillRunning = async ({ children }: StackFile): Promise<string[]> => {
  const left: string[] = [];
  for (const [name, { pid, began }] of Object.entries(children)) {
    if (began === undefined) throw new Error(`${name} has no beginning written down`);
    if (await stillRuns({ pid, began })) left.push(name);
  }
  return left;
};
