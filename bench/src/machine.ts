import { execFile } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { sampleEvent } from './messaging/sample-event.ts';

const run = promisify(execFile);
const GIGABYTE = 2 ** 30;

/**
 * Events parsed and written as JSON by one core in a millisecond of CPU time. On a core that is shared or throttled the same program uses
 * more CPU time, so figures of two runs compare only where this does.
 */
const coreSpeed = (): number => {
  const event = JSON.stringify(sampleEvent(1));
  const rounds = 20_000;
  const count = () => {
    let length = 0;
    for (let round = 0; round < rounds; round += 1) length += JSON.stringify(JSON.parse(event)).length;
    return length;
  };
  count();
  const before = process.cpuUsage();
  count();
  const { user, system } = process.cpuUsage(before);
  return Math.round(rounds / ((user + system) / 1_000));
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
    eventsPerCpuMs: coreSpeed(),
    /** Above the number of cores somebody else was working here too. */
    loadBefore: loadavg()[0] ?? 0,
  };
};
export type Machine = Awaited<ReturnType<typeof describeMachine>>;
