import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { beginLog, lastLines, readyLineIn } from './log-file.ts';
import { identify } from './process-identity.ts';

/** What to run, and where its words go. */
export type Command = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Given, standard output comes here line by line instead of into the log. */
  readonly onLine?: (line: string) => void;
};

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Child = {
  readonly pid: number;
  /** When it began, as the system counts; tells it from a later process with the same number. */
  readonly began: string | undefined;
  readonly ended: Promise<Ended>;
  /** Resolves true at its ready line, false when it ended without one. */
  readonly ready: Promise<boolean>;
  /** Sends a signal to it and all it has started. */
  signal(name: NodeJS.Signals): void;
  /** Asks it to finish, waits, and ends it the hard way when it takes too long. True when it went by itself. */
  stop(deadlineMs: number): Promise<boolean>;
  /** The last lines it wrote. */
  lastWords(count: number): Promise<string[]>;
};

const signalGroup = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(-pid, name);
  } catch (error) {
    // ESRCH: nobody is left in the group, which is what every caller wants in the end.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

const started = (child: ChildProcess, file: string): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${file} cannot be run: ${error.message}`)));
    child.once('spawn', () => (child.pid === undefined ? reject(new Error(`${file} has no pid`)) : resolve(child.pid)));
  });

/**
 * Starts a process in a group of its own: a Ctrl-C at the terminal reaches us alone, and we end our children in order. Its standard
 * input is a pipe that only we hold, so that with `--exit-with-parent` it ends when we do, also by kill -9.
 */
export const startChild = async ({ file, args, env, logFile, onLine }: Command): Promise<Child> => {
  const from = await beginLog(logFile);
  const log = await open(logFile, 'a', 0o600);
  const child = spawn(file, args, { env, detached: true, stdio: ['pipe', onLine ? 'pipe' : log.fd, log.fd] });
  const pid = await started(child, file).finally(() => log.close());
  // Writing never happens; an end of the pipe on the other side is the child's end, which is heard below.
  child.stdin?.on('error', () => undefined);

  const over = new AbortController();
  const ended = new Promise<Ended>((resolve) => {
    child.once('exit', (code, signal) => {
      // Whoever it started and did not end itself goes with it.
      signalGroup(pid, 'SIGKILL');
      over.abort();
      resolve({ code, signal });
    });
  });

  const ready = new Promise<boolean>((resolve) => {
    void ended.then(() => resolve(false));
    if (!onLine || !child.stdout) {
      void readyLineIn(logFile, from, over.signal).then(() => resolve(!over.signal.aborted));
      return;
    }
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"event":"ready"')) resolve(true);
      else onLine(line);
    });
  });

  return {
    pid,
    began: (await identify(pid))?.began,
    ended,
    ready,
    signal: (name) => signalGroup(pid, name),
    stop: async (deadlineMs) => {
      let inTime = true;
      const deadline = setTimeout(() => {
        inTime = false;
        signalGroup(pid, 'SIGKILL');
      }, deadlineMs);
      // A paused process hears no SIGTERM until it goes on.
      signalGroup(pid, 'SIGCONT');
      child.kill('SIGTERM');
      await ended;
      clearTimeout(deadline);
      return inTime;
    },
    lastWords: (count) => lastLines(logFile, from, count),
  };
};
