import { SECOND } from '@tiffin/platform/clock';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { RiderStore } from '../riders/rider.store.ts';
import type { LivePositions } from './live-positions.ts';
import type { Receiving } from './receiving.ts';

const EVERY_MS = SECOND;

/** Tells and writes positions once a second, and once more at the end. Each second that goes well shows that riders can be heard. */
export const positionsWorker = ({
  positions,
  riders,
  receiving,
  logger,
}: {
  positions: LivePositions;
  riders: Pick<RiderStore, 'answers'>;
  receiving: Pick<Receiving, 'goesWell'>;
  logger: Logger;
}) => {
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let stopped = true;

  const flush = async (isLast = false) => {
    try {
      await Promise.all([positions.flush(isLast), riders.answers()]);
      receiving.goesWell();
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
      await flush(true);
    },
  };
};
