import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a program said: its output, or in one line why it did not do what it was asked. */
export type ProgramResult = { kind: 'done'; output: string } | { kind: 'failed'; reason: string };

/** Runs a program to its end, without a shell and without standard input; killed after `deadlineMs`. */
export const runProgram = async (
  file: string,
  args: readonly string[],
  { deadlineMs, env }: { deadlineMs: number; env?: NodeJS.ProcessEnv },
): Promise<ProgramResult> => {
  try {
    const { stdout } = await run(file, args, { timeout: deadlineMs, killSignal: 'SIGKILL', ...(env ? { env } : {}) });
    return { kind: 'done', output: stdout };
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
};

const reasonOf = (error: unknown): string => {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const text = said || (error instanceof Error ? error.message : 'unknown error');
  return text.split('\n').find((line) => line.trim() !== '') ?? text;
};
