import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '@tiffin/platform/clock';
import { type ProcessIdentity, stillRuns } from './process-identity.ts';
import { readStackFile } from './stack-file.ts';

/** Longer than a service or a broker takes to finish after its parent was killed. */
const LEAVE_MS = 25 * SECOND;
const LOOK_EVERY_MS = 100;

const running = async (all: readonly ProcessIdentity[]): Promise<ProcessIdentity[]> => {
  const checked = await Promise.all(all.map(async (one) => ({ one, runs: await stillRuns(one) })));
  return checked.filter(({ runs }) => runs).map(({ one }) => one);
};

const signalGroup = ({ pid }: ProcessIdentity, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself meanwhile.
  }
};

/**
 * After a start that was killed its children are still finishing what they had begun, and hold their ports. Waits for them, wakes those
 * that were paused (they would sleep for ever), and kills what has not ended after 25 s. A process counts as a child of that start only
 * if its number and its beginning are the ones written down. Returns how many were waited for.
 */
export const waitForLeftovers = async (
  folder: string,
  notice: (count: number) => void,
  leaveMs = LEAVE_MS,
): Promise<void> => {
  const before = await readStackFile(folder);
  const children = Object.values(before?.children ?? {}).flatMap(({ pid, began }) => (began ? [{ pid, began }] : []));
  let left = await running(children);
  if (left.length === 0) return;
  notice(left.length);
  for (const one of left) signalGroup(one, 'SIGCONT');

  const until = performance.now() + leaveMs;
  while (left.length > 0 && performance.now() < until) {
    await pause(LOOK_EVERY_MS);
    left = await running(left);
  }
  for (const one of left) signalGroup(one, 'SIGKILL');
};
