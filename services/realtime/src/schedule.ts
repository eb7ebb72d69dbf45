export type Schedule = {
  /** Runs something once, `ms` from now; returns how to call it off. */
  after(ms: number, run: () => void): () => void;
  /** Runs something every `ms`. */
  every(ms: number, run: () => void): void;
  /** Resolves after `ms`; never, once closed. */
  pause(ms: number): Promise<void>;
  close(): void;
};

/** The timers of one app, so that none outlives it. */
export const createSchedule = (): Schedule => {
  const timers = new Set<NodeJS.Timeout>();

  const after = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
    return () => {
      clearTimeout(timer);
      timers.delete(timer);
    };
  };
  return {
    after,
    every: (ms, run) => void timers.add(setInterval(run, ms)),
    pause: (ms) => new Promise((resolve) => after(ms, resolve)),
    close: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
};
