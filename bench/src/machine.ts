import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpus, loadavg, totalmem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
const GIGABYTE = 2 ** 30;
const MEGABYTE = 2 ** 20;

/**
 * SHA-256 of one core in MB for each second of CPU time: the same program on a core that is shared or throttled uses more CPU time, and
 * figures of two runs compare only where this does.
 */
const coreSpeed = (): number => {
  const block = Buffer.alloc(MEGABYTE);
  const hash = createHash('sha256');
  const before = process.cpuUsage();
  const blocks = 128;
  for (let index = 0; index < blocks; index += 1) hash.update(block);
  const { user, system } = process.cpuUsage(before);
  return Math.round(blocks / ((user + system) / 1_000_000));
};

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
    hashMBPerCpuSecond: coreSpeed(),
    /** Above the number of cores somebody else was working here too. */
    loadBefore: loadavg()[0] ?? 0,
  };
};
export type Machine = Awaited<ReturnType<typeof describeMachine>>;
