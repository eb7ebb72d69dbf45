import { SECOND } from '@tiffin/platform/clock';

const FIRST_MS = SECOND;
const LONGEST_MS = 30 * SECOND;
/** A child that ran this long was well; what ended it is a new trouble. */
const GOOD_MS = 30 * SECOND;

/** How long to wait before a child that ended by itself is started again: 1 s, doubling to 30 s, 1 s again after 30 good seconds. */
export const restartDelayMs = ({
  previousMs,
  uptimeMs,
}: {
  previousMs: number | undefined;
  uptimeMs: number;
}): number => (previousMs === undefined || uptimeMs >= GOOD_MS ? FIRST_MS : Math.min(LONGEST_MS, previousMs * 2));
