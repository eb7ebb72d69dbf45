import type { Logger } from '@tiffin/platform/observability/logger';

export type Background = {
  /** Runs work nobody waits for. What fails is logged: the durable timers do it again later. */
  run(what: string, work: () => Promise<unknown>): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
};

/** Work that follows an answer: it makes things quicker, and nothing depends on it. */
export const createBackground = ({ logger }: { logger: Logger }): Background => {
  const running = new Set<Promise<unknown>>();
  return {
    run: (what, work) => {
      const job: Promise<unknown> = work()
        .catch((error: unknown) => logger.warn({ err: error, task: what }, 'work in the background failed'))
        .finally(() => running.delete(job));
      running.add(job);
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};
