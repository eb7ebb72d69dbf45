import { SECOND } from '@tiffin/platform/clock';

const PER_SECOND = 20;
const BURST = 40;

/** What one socket may send: 20 events a second, 40 at once. `take` says whether one more is allowed at `nowMs`. */
export const createTokenBucket = (startMs: number) => {
  let tokens = BURST;
  let filledMs = startMs;
  return {
    take(nowMs: number): boolean {
      tokens = Math.min(BURST, tokens + (Math.max(0, nowMs - filledMs) / SECOND) * PER_SECOND);
      filledMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
};
