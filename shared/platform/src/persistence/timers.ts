import type { Logger } from 'pino';

/** What timers need of a store: what is due, and to be told of what will be. */
export type Timed = {
  claimDue(limit: number, leaseMs: number): Promise<readonly string[]>;
  onNextAction(listener: (id: string, at: Date) => void): void;
};

export type Timers = { start(): void; stop(): Promise<void> };

const SCAN_MS = 1_000;
const LEASE_MS = 10_000;
const AT_ONCE = 20;
/** Farther away than this the scan is early enough, and a restart would forget the in-process timer anyway. */
const FAST_PATH_MS = 60_000;

/**
 * Durable timers: what a document's `nextActionAt` asks for is done, also after a crash. A timer in this process is the fast path; a scan
 * each second, claiming by a lease of its own, is what can be relied on. `act` decides on the state it finds, so a second runner or a timer
 * whose hour has moved does nothing.
 */
export const createTimers = ({
  store,
  act,
  logger,
}: {
  store: Timed;
  act: (id: string) => Promise<unknown>;
  logger: Logger;
}): Timers => {
  const pending = new Map<string, NodeJS.Timeout>();
  const running = new Set<Promise<unknown>>();
  let scan: NodeJS.Timeout | undefined;
  let stopped = true;

  const run = (id: string): Promise<unknown> => {
    const turn: Promise<unknown> = act(id)
      .catch((error: unknown) =>
        logger.warn(
          { id, problem: error instanceof Error ? error.name : 'unknown' },
          'a timer waits for its next scan',
        ),
      )
      .finally(() => running.delete(turn));
    running.add(turn);
    return turn;
  };

  const scanOnce = async () => {
    try {
      for (;;) {
        // After a restart everything is due at once: a few at a time.
        const due = await store.claimDue(AT_ONCE, LEASE_MS);
        await Promise.all(due.map(run));
        if (due.length < AT_ONCE || stopped) break;
      }
    } catch (error) {
      logger.debug({ problem: error instanceof Error ? error.name : 'unknown' }, 'the timer scan failed; trying again');
    }
    if (!stopped) scan = setTimeout(scanOnce, SCAN_MS);
  };

  store.onNextAction((id, at) => {
    clearTimeout(pending.get(id));
    pending.delete(id);
    const inMs = at.getTime() - Date.now();
    if (stopped || inMs > FAST_PATH_MS) return;
    const timer = setTimeout(
      () => {
        pending.delete(id);
        void run(id);
      },
      Math.max(0, inMs),
    );
    pending.set(id, timer);
  });

  return {
    start: () => {
      stopped = false;
      void scanOnce();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(scan);
      for (const timer of pending.values()) clearTimeout(timer);
      pending.clear();
      await Promise.all(running);
    },
  };
};
