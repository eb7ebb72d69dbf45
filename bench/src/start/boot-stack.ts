import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StackFile } from '@tiffin/testing/running-stack';

const ROOT = join(import.meta.dirname, '../../..');
const PORT_BASE = 46_000;

export type Boot = { readonly tookMs: number; readonly file: StackFile };

/**
 * Starts the stack as `npm start` does, on new data, and times it until its ready line. With `hidden` it sees a network without anybody
 * in it, so that it has to start a RabbitMQ of its own; needs root. With `brokerUrl` it uses that one. Whatever `look` does happens while it runs; then it is stopped.
 */
export const bootStack = async (
  { hidden, brokerUrl }: { hidden: boolean; brokerUrl?: string },
  look: (boot: Boot) => Promise<void> = async () => undefined,
): Promise<Boot> => {
  const data = await mkdtemp(join(tmpdir(), 'tiffin-bench-'));
  const start = `exec '${process.execPath}' tools/start.mjs --no-city --json --port-base ${PORT_BASE} --data '${data}'`;
  const [file, args] = hidden
    ? ['unshare', ['--net', 'sh', '-c', `ip link set lo up && ${start}`]]
    : ['sh', ['-c', start]];
  const startedAt = performance.now();
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { ...process.env, LOG_LEVEL: 'warn', ...(brokerUrl !== undefined && { RABBITMQ_URL: brokerUrl }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const words: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => words.push(line));
  try {
    const tookMs = await new Promise<number>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        words.push(line);
        if (line.startsWith('{"event":"ready"')) resolve(performance.now() - startedAt);
      });
      void exited.then(() => reject(new Error(`the stack did not start:\n${words.join('\n')}`)));
    });
    const boot = { tookMs, file: JSON.parse(readFileSync(join(data, 'stack.json'), 'utf8')) };
    await look(boot);
    return boot;
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    await exited;
    await rm(data, { recursive: true, force: true });
  }
};
