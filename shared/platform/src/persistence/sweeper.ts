import type { Logger } from 'pino';

export type Sweeper = { start(): void; stop(): void };

const EVERY_MS = 1_000;
const OLD_MS = 5_000;

/**
 * Publishes what a crash or an outage left behind in documents (rule S1): each second what is older than 5 s, and first of all everything
 * from before the start, whatever its age. What is younger is on its way already.
 */
export const createSweeper = ({
  stores,
  accepting,
  logger,
}: {
  stores: readonly { sweep(olderThanMs: number): Promise<number> }[];
  /** False while the broker is away: then the documents simply wait. */
  accepting: () => boolean;
  logger: Logger;
}): Sweeper => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = true;
  let first = true;
  let startedAtMs = 0;

  const sweepOnce = async () => {
    try {
      if (accepting()) {
        const olderThanMs = first ? Math.min(performance.now() - startedAtMs, OLD_MS) : OLD_MS;
        const found = await Promise.all(stores.map((store) => store.sweep(olderThanMs)));
        first = false;
        const total = found.reduce((sum, count) => sum + count, 0);
        if (total > 0) logger.info({ count: total }, 'publishing events that were left behind');
      }
    } catch (error) {
      logger.debug({ problem: error instanceof Error ? error.name : 'unknown' }, 'the sweep failed; trying again');
    }
    if (!stopped) timer = setTimeout(sweepOnce, EVERY_MS);
  };

  return {
    start: () => {
      stopped = false;
      startedAtMs = performance.now();
      void sweepOnce();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
