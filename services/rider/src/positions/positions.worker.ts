import { SECOND } from '@tiffin/platform/clock';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { LivePositions } from './live-positions.ts';

const EVERY_MS = SECOND;

/** Tells and writes positions once a second, and once more at the end. */
export const positionsWorker = ({ positions, logger }: { positions: LivePositions; logger: Logger }) => {
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let stopped = true;

  const flush = async () => {
    try {
      await positions.flush();
    } catch (error) {
      logger.debug({ err: error }, 'positions wait for the next second');
    }
  };
  const next = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      turn = flush().then(next);
    }, EVERY_MS);
  };

  return {
    start: () => {
      stopped = false;
      next();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await turn;
      await flush();
    },
  };
};
