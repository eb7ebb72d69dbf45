import type { Logger } from 'pino';

export type Sweeper = { start(): void; stop(): void };

const EVERY_MS = 1_000;
const OLD_MS = 5_000;

/**
 * Publishes what a crash or an outage left behind in documents (rule S1): each second what is older than 5 s, and at the start everything.
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

  const sweepOnce = async () => {
    try {
      if (accepting()) {
        const olderThanMs = first ? 0 : OLD_MS;
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
      void sweepOnce();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
