import { SECOND } from '@tiffin/platform/clock';
import { type Child, type Command, type Ended, startChild } from './child.ts';
import { restartDelayMs } from './restart-delay.ts';
import type { ChildName } from './stack-file.ts';
import { misconfigured, StartFailed, StoppedMeanwhile } from './start-failed.ts';

/** sysexits.h EX_CONFIG: the child says that its configuration is wrong; starting it again would not mend it. */
const EXIT_CONFIG = 78;
/** A child that dies this often before it was ready once is not coming up. */
const DEATHS_BEFORE_READY = 3;
const READY_MS = 60 * SECOND;
/** Longer than a service takes at most to drain (20 s), so that its own deadline speaks first. */
const STOP_MS = 25 * SECOND;
const LAST_WORDS = 12;
/** A list of wrong variables is told to its end. */
const REFUSAL_LINES = 100;

export type ChildState = 'starting' | 'ready' | 'paused' | 'waiting' | 'stopping' | 'stopped';

export type ChildSpec = { readonly name: ChildName; readonly port: number | null; readonly command: Command };

export type ChildStatus = {
  readonly state: ChildState;
  readonly pid: number | null;
  readonly began: string | undefined;
  readonly port: number | null;
  readonly restarts: number;
  /** When it comes back, of one that was paused or taken away. */
  readonly awayUntil: Date | undefined;
};

/** What a person hears about a child. */
export type ChildNews =
  | { kind: 'ready'; child: ChildName; pid: number; again: boolean }
  | { kind: 'ended'; child: ChildName; how: string; startsInMs: number }
  | { kind: 'misconfigured'; child: ChildName; problems: string }
  | { kind: 'cut-off'; child: ChildName };

/** The signals that end a process. What freezes it or wakes it up belongs to `pause`, which knows until when. */
export type EndingSignal = 'SIGKILL' | 'SIGTERM' | 'SIGINT';

/** Only `done` changed anything. `ending`: its process was told to end already; `away`: it is paused or taken away already. */
type Done = 'done' | 'not-running' | 'ending' | 'away';

export type Supervised = {
  readonly name: ChildName;
  status(): ChildStatus;
  /**
   * Starts it unless it runs; resolves when it is ready. Throws StartFailed when it will not be, and StoppedMeanwhile when a stop is quicker
   * or under way.
   */
  start(): Promise<void>;
  /** Stops it for good; resolves when the process and all it started are gone. */
  stop(): Promise<void>;
  /** Ends its process, after which it is started again. Of one that is ending already only SIGKILL is worth sending, once. */
  signal(name: EndingSignal): Exclude<Done, 'away'>;
  /** Freezes it for a while, as a machine that swaps does. */
  pause(ms: number): Done;
  /** Kills it the hard way and starts it again after `ms`, not earlier; false when none runs that could be. */
  takeAway(ms: number): boolean;
};

const howItEnded = ({ code, signal }: Ended): string => (signal ? `killed by ${signal}` : `exit code ${code}`);

type Waiting = { resolve(): void; reject(reason: StartFailed): void };

/**
 * Keeps one child running: whenever it ends by itself it is started again, after 1 s, doubling to 30 s. The others are not touched.
 * `changed` is called when the pid or the state does.
 */
export const supervise = ({
  spec,
  tell,
  changed,
}: {
  spec: ChildSpec;
  tell(news: ChildNews): void;
  changed(): void;
}): Supervised => {
  const { name, port, command } = spec;
  let state: ChildState = 'stopped';
  let child: Child | undefined;
  let timer: NodeJS.Timeout | undefined;
  let resume: NodeJS.Timeout | undefined;
  let delayMs: number | undefined;
  let restarts = 0;
  let awayUntil: Date | undefined;
  let takenAway = false;
  // The signal that its process was told to end with: until that is gone it is there, and good for nothing any more.
  let ending: EndingSignal | undefined;
  let deathsBeforeReady = 0;
  let spawning: Promise<unknown> = Promise.resolve();
  let waiting: Waiting[] = [];

  const become = (next: ChildState): void => {
    state = next;
    changed();
  };
  const settle = (failure?: StartFailed): void => {
    const all = waiting;
    waiting = [];
    for (const one of all) failure ? one.reject(failure) : one.resolve();
  };
  // Asked through a function: TypeScript would otherwise believe what the state was before an await.
  const is = (...states: ChildState[]): boolean => states.includes(state);

  const giveUp = (failure: StartFailed): void => {
    become('stopped');
    settle(failure);
  };

  const afterEnd = async (ended: Ended, dead: Child, uptimeMs: number): Promise<void> => {
    clearTimeout(resume);
    if (!takenAway) awayUntil = undefined;
    if (is('stopping', 'stopped')) return;
    const how = howItEnded(ended);
    if (takenAway && awayUntil) {
      // No trouble of its own: the next one is its first.
      delayMs = undefined;
      return launchIn(Math.max(0, awayUntil.getTime() - Date.now()), how);
    }
    if (ended.code === EXIT_CONFIG) {
      const problems = (await dead.lastWords(REFUSAL_LINES)).filter((line) => !line.startsWith('{')).join('\n');
      // Whoever waits for the start hears it from there.
      if (waiting.length === 0) tell({ kind: 'misconfigured', child: name, problems });
      return giveUp(misconfigured([{ child: name, words: problems }]));
    }
    if (waiting.length > 0) {
      deathsBeforeReady += 1;
      if (deathsBeforeReady >= DEATHS_BEFORE_READY) {
        const words = (await dead.lastWords(LAST_WORDS)).join('\n');
        const message = `${name} does not start (${how}). Its last words:\n${words}\nAll of them: ${command.logFile}`;
        return giveUp(new StartFailed(message));
      }
    }
    delayMs = restartDelayMs({ previousMs: delayMs, uptimeMs });
    launchIn(delayMs, how);
  };

  const launchIn = (startsInMs: number, how: string): void => {
    become('waiting');
    tell({ kind: 'ended', child: name, how, startsInMs });
    timer = setTimeout(() => void launch(), startsInMs);
  };

  const launch = async (): Promise<void> => {
    takenAway = false;
    ending = undefined;
    awayUntil = undefined;
    become('starting');
    const startedAt = performance.now();
    let launched: Child;
    try {
      const attempt = startChild(command);
      spawning = attempt.catch(() => undefined);
      launched = await attempt;
    } catch (error) {
      return giveUp(new StartFailed(error instanceof Error ? error.message : String(error)));
    }
    child = launched;
    changed();
    void launched.ended.then((ended) => {
      child = undefined;
      void afterEnd(ended, launched, performance.now() - startedAt);
    });
    if (await launched.ready) {
      if (!is('starting')) return;
      deathsBeforeReady = 0;
      become(awayUntil ? 'paused' : 'ready');
      tell({ kind: 'ready', child: name, pid: launched.pid, again: restarts > 0 });
      restarts += 1;
      settle();
    }
  };

  return {
    name,
    status: () => ({
      state,
      pid: child?.pid ?? null,
      began: child?.began,
      port,
      restarts: Math.max(0, restarts - 1),
      awayUntil,
    }),
    start: () => {
      if (is('stopping')) return Promise.reject(new StoppedMeanwhile(name));
      if (is('ready', 'paused') && ending === undefined) return Promise.resolve();
      // Whoever wants it now does not wait until it would have come back.
      takenAway = false;
      const ready = new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => {
          const message = `${name} is not ready after ${READY_MS / SECOND} s. What it said: ${command.logFile}`;
          reject(new StartFailed(message));
        }, READY_MS);
        waiting.push({
          resolve: () => {
            clearTimeout(late);
            resolve();
          },
          reject: (reason) => {
            clearTimeout(late);
            reject(reason);
          },
        });
      });
      if (is('stopped', 'waiting')) {
        clearTimeout(timer);
        deathsBeforeReady = 0;
        delayMs = undefined;
        void launch();
      }
      return ready;
    },
    stop: async () => {
      clearTimeout(timer);
      clearTimeout(resume);
      takenAway = false;
      awayUntil = undefined;
      ending ??= 'SIGTERM';
      become('stopping');
      // A stop in the middle of a start waits for the process it has to end.
      await spawning;
      const inTime = child ? await child.stop(STOP_MS) : true;
      if (!inTime) tell({ kind: 'cut-off', child: name });
      become('stopped');
      settle(new StoppedMeanwhile(name));
    },
    signal: (signal) => {
      if (!child) return 'not-running';
      if (ending === 'SIGKILL' || (ending && signal !== 'SIGKILL')) return 'ending';
      ending = signal;
      child.signal(signal);
      return 'done';
    },
    pause: (ms) => {
      if (awayUntil) return 'away';
      const paused = child;
      if (!paused) return 'not-running';
      if (ending) return 'ending';
      paused.signal('SIGSTOP');
      if (is('ready')) become('paused');
      clearTimeout(resume);
      awayUntil = new Date(Date.now() + ms);
      resume = setTimeout(() => {
        awayUntil = undefined;
        paused.signal('SIGCONT');
        if (is('paused')) become('ready');
      }, ms);
      return 'done';
    },
    takeAway: (ms) => {
      if (!child || ending || !is('ready', 'paused')) return false;
      takenAway = true;
      ending = 'SIGKILL';
      awayUntil = new Date(Date.now() + ms);
      clearTimeout(resume);
      child.signal('SIGKILL');
      return true;
    },
  };
};
