/** What the matcher knows of a rider who could be asked. */
export type Rating = {
  /** From the rider to the pickup, as the crow flies. */
  readonly distanceM: number;
  /** How old his position is. */
  readonly ageS: number;
  /** How long ago his last delivery ended; absent when he has none. */
  readonly idleS?: number | undefined;
  /** How many of his newest offers he took, 0 to 1; only what is his own doing counts. */
  readonly acceptance: number;
  /** He is deciding about an offer of another delivery, and may be gone the next moment. */
  readonly isThinking: boolean;
};

/** What a metre of distance is worth beside everything else: every weight is in metres, so that a score reads as a distance. */
export type Weights = {
  /** Metres farther away for each second of the position's age. */
  readonly ageMPerS: number;
  /** Metres nearer for each minute without a delivery. */
  readonly idleMPerMin: number;
  /** Idle time beyond this counts no more; who has never delivered counts as idle for as long. */
  readonly idleLimitS: number;
  /** Metres farther away for a rider who takes nothing; for one who takes half of his offers, half as many. */
  readonly refusalM: number;
  /** Metres farther away for a rider who is deciding about another offer. */
  readonly thinkingM: number;
};

const SECONDS_A_MINUTE = 60;

/** How good a match is, in whole metres; higher is better, and 0 is a rider at the door without merit or fault. The one place that decides who is asked first. */
export const score = ({ distanceM, ageS, idleS, acceptance, isThinking }: Rating, weights: Weights): number => {
  const idle = Math.min(idleS ?? weights.idleLimitS, weights.idleLimitS) / SECONDS_A_MINUTE;
  const farther =
    distanceM +
    Math.max(0, ageS) * weights.ageMPerS +
    (1 - acceptance) * weights.refusalM +
    (isThinking ? weights.thinkingM : 0);
  return Math.round(Math.max(0, idle) * weights.idleMPerMin - farther) + 0; // never -0
};

/** The order in which riders are asked: by score, then the nearer, then by id, so that the same facts give the same answer everywhere. */
export const byScore = (
  one: { score: number; distanceM: number; riderId: string },
  other: { score: number; distanceM: number; riderId: string },
): number => other.score - one.score || one.distanceM - other.distanceM || (one.riderId < other.riderId ? -1 : 1);
