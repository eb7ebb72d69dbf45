/** What the matcher knows of a rider who could be asked. */
export type Rating = {
  readonly distanceM: number;
  /** He is deciding about an offer of another delivery, and may be gone the next moment. */
  readonly isThinking: boolean;
};

/** A rider who is deciding about another offer counts as this much farther away. */
const THINKING_COST_M = 1_500;

/** How good a match is; higher is better. The one place that decides who is asked first. */
export const score = ({ distanceM, isThinking }: Rating): number => 0 - distanceM - (isThinking ? THINKING_COST_M : 0);
