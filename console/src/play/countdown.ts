import { duration } from '../shell/words.ts';

export type Countdown = {
  /** What is left of the time, 1 down to 0. */
  readonly part: number;
  readonly over: boolean;
  readonly words: string;
};

/** What is left until `expiresAt`, as a bar that was full when the offer was heard. */
export const countdown = (expiresAt: string, heardAtMs: number, nowMs: number): Countdown => {
  const endMs = Date.parse(expiresAt);
  const wholeMs = Math.max(1, endMs - heardAtMs);
  // `nowMs` moves a second at a time, and may lie a little before the offer was heard.
  const leftMs = Math.min(wholeMs, Math.max(0, endMs - nowMs));
  const over = leftMs === 0;
  // Rounded up, so that nothing says "0 s left" while it can still be accepted.
  const words = over ? 'The time is over.' : `${duration(Math.ceil(leftMs / 1_000) * 1_000)} left`;
  return { part: leftMs / wholeMs, over, words };
};
