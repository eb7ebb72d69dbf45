import { readFile } from 'node:fs/promises';
import { runProgram } from './run-program.ts';

/** A process that ran once: its number, and when it began, since numbers are used again. */
export type ProcessIdentity = { readonly pid: number; readonly began: string };

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, but another person's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** Ticks since boot from /proc (proc(5): field 22, counted behind the name, which may hold blanks); elsewhere what `ps` says. */
const beginOf = async (pid: number): Promise<string | undefined> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not noticed.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    if (process.platform === 'linux') return undefined;
    const result = await runProgram('ps', ['-o', 'lstart=', '-p', String(pid)], { deadlineMs: 2_000 });
    return result.kind === 'done' ? result.output.trim() || undefined : undefined;
  }
};

/** Which process this number is now; undefined when there is none. */
export const identify = async (pid: number): Promise<ProcessIdentity | undefined> => {
  if (!exists(pid)) return undefined;
  const began = await beginOf(pid);
  return began === undefined ? undefined : { pid, began };
};

/** Whether this very process still runs, and not just another one with its number. */
export const stillRuns = async ({ pid, began }: ProcessIdentity): Promise<boolean> =>
  (await identify(pid))?.began === began;
