import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '@tiffin/platform/clock';
import { misconfigured, StartFailed } from './start-failed.ts';

/** How long the others may take to say what they lack, once one has said so. */
const OTHERS_MS = 10 * SECOND;

/**
 * Resolves when all have started, throws the failure of the first that does not. Only where that is wrong configuration the others are
 * waited for, so that a person hears of all that is wrong at once and not of one service after the other.
 */
export const startTogether = async (starts: readonly Promise<void>[], othersMs = OTHERS_MS): Promise<void> => {
  const failures: StartFailed[] = [];
  const watched = starts.map((start) =>
    start.catch((failure: unknown) => {
      if (failure instanceof StartFailed) failures.push(failure);
      throw failure;
    }),
  );
  const over = new AbortController();
  try {
    await Promise.all(watched);
  } catch (error) {
    if (!(error instanceof StartFailed) || error.refusals.length === 0) throw error;
    const late = pause(othersMs, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(watched), late]);
    throw misconfigured(failures.flatMap(({ refusals }) => refusals));
  } finally {
    over.abort();
  }
};
