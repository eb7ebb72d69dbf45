import { type Clock, SECOND } from '@tiffin/platform/clock';

export type Receiving = {
  /** Riders can reach this process now, and what they say can be kept. To be said about once a second. */
  goesWell(): void;
  /** Since when that is so without a break; now, while it is not. */
  since(): Date;
};

/** Nobody said it goes well for longer than this: the process slept, or its database was away. */
const BREAK_MS = 5 * SECOND;

/**
 * Since when riders can be heard. Whoever counts how long a rider has been silent counts from here at the earliest: after an outage of ours
 * every rider looks as if he had disappeared.
 */
export const createReceiving = ({ now }: { now: Clock }): Receiving => {
  let sinceMs = Number.NaN;
  let wentWellMs = Number.NEGATIVE_INFINITY;
  const isBroken = (atMs: number): boolean => atMs - wentWellMs > BREAK_MS;
  return {
    goesWell: () => {
      const atMs = now().getTime();
      if (isBroken(atMs)) sinceMs = atMs;
      wentWellMs = atMs;
    },
    since: () => {
      const at = now();
      return isBroken(at.getTime()) ? at : new Date(sinceMs);
    },
  };
};
