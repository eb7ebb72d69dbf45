import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 500;

/** The parent of a process, from proc(5) stat, field 4; undefined where there is no /proc. */
const parentOf = (pid: number): number | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
};

/** This process's parent and grandparent: npm runs a script through a shell, which stays between the two. */
const ancestors = (): string => `${process.ppid} ${parentOf(process.ppid)}`;

/**
 * Calls `gone` when npm, which started us, is gone. A killed npm tells nobody, and would leave a whole stack behind. Ask for it only
 * under npm: a start that was put into the background on purpose outlives its shell.
 */
export const whenNpmIsGone = (gone: () => void): (() => void) => {
  const atStart = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === atStart) return;
    clearInterval(timer);
    gone();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
};
