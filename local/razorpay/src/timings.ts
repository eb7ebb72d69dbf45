const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Razorpay's waits of hours and days, run this many times faster. */
const SPEED_UP = 1000;

/** How long the fake waits, in milliseconds of real time. */
export interface Timings {
  /** A webhook that is not answered within this time has failed. Not sped up: a slow receiver is slow. */
  readonly answerWithinMs: number;
  /** The first retry of a webhook comes after this; each further wait is twice as long. */
  readonly firstRetryMs: number;
  /** A webhook that failed for this long, counted from its event, switches the webhook off (real: 24 h). */
  readonly retryWindowMs: number;
  /** An event older than this is not replayed. Not sped up: replays are asked for by people. */
  readonly replayWindowMs: number;
  /** A late bank says yes after this (real: from 10 minutes to 3 days). */
  readonly lateAuthorisationMs: number;
  /** A refund is settled after this (real: minutes to days). */
  readonly refundSettlesMs: number;
  /** One minute of an order's `manual_expiry_period`. */
  readonly expiryMinuteMs: number;
  /** With the `reorder` switch, an event waits this long for each event that it lets go first. */
  readonly reorderStepMs: number;
}

export const DEFAULT_TIMINGS: Timings = {
  answerWithinMs: 5 * SECOND,
  firstRetryMs: 250,
  retryWindowMs: (24 * HOUR) / SPEED_UP,
  replayWindowMs: 7 * DAY,
  lateAuthorisationMs: (10 * MINUTE) / SPEED_UP,
  refundSettlesMs: 200,
  expiryMinuteMs: MINUTE / SPEED_UP,
  reorderStepMs: 100,
};
