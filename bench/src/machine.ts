import { execFile } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
const GIGABYTE = 2 ** 30;

/** Where and on what the figures were taken: without it they mean nothing. */
export const describeMachine = async () => {
  const commit = await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname }).then(
    ({ stdout }) => stdout.trim(),
    () => 'unknown',
  );
  return {
    commit,
    node: process.version,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGB: Math.round(totalmem() / GIGABYTE),
    /** Above the number of cores somebody else was working here too. */
    loadBefore: loadavg()[0] ?? 0,
  };
};
export type Machine = Awaited<ReturnType<typeof describeMachine>>;
