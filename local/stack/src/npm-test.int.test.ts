import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { identify, stillRuns } from './process-identity.ts';
import { eventually } from './started-stack.fixture.ts';

const HOUSE = fileURLToPath(new URL('../../../', import.meta.url));

const run = (file: string, args: string[]) => {
  const { npm_lifecycle_event: _, ...env } = process.env;
  const child: ChildProcess = spawn(file, args, { cwd: HOUSE, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return { child, ended, output: () => output, errors: () => errors };
};

/** All that a process has started, and they in turn (proc(5) task/…/children). */
const descendants = async (pid: number): Promise<number[]> => {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = text.split(' ').filter(Boolean).map(Number);
  return [...children, ...(await Promise.all(children.map(descendants))).flat()];
};

test('npm test explains itself and starts nothing', async () => {
  const { ended, output } = run(process.execPath, ['tools/test.mjs', '--help']);
  expect(await ended).toBe(0);
  expect(output()).toContain('Exit codes: 0 all passed');
});

test('npm test refuses a flag it does not know', async () => {
  const { ended, output, errors } = run(process.execPath, ['tools/test.mjs', '--hlep']);
  expect(await ended).toBe(2);
  expect([output(), errors()]).toEqual(['', "Unknown option '--hlep'. See npm test -- --help\n"]);
});

test.runIf(process.platform === 'linux').each([
  ['npm', 'npm', ['test']],
  ['the command itself', process.execPath, ['tools/test.mjs']],
] as const)(
  'with %s ended, nothing that npm test has started stays',
  async (_, file, args) => {
    const { child, ended } = run(file, [...args]);
    const started = await eventually(async () => {
      const all = await descendants(child.pid ?? 0);
      // npm, its shell, the command, and what the command runs.
      expect(all.length).toBeGreaterThanOrEqual(file === 'npm' ? 3 : 1);
      return Promise.all(all.map(identify));
    });
    child.kill('SIGTERM');
    await ended;
    await eventually(async () => {
      const left = await Promise.all(started.map((one) => one !== undefined && stillRuns(one)));
      expect(left.filter(Boolean)).toEqual([]);
    });
  },
  120_000,
);
