import { type Refusal, refusalsText } from './configuration-problems.ts';

/** The stack did not come up; the message is for a person. */
export class StartFailed extends Error {
  /** Those whose configuration was wrong; empty when it failed for another reason. */
  readonly refusals: readonly Refusal[];
  constructor(message: string, refusals: readonly Refusal[] = []) {
    super(message);
    this.name = 'StartFailed';
    this.refusals = refusals;
  }
}

/** A start that a stop overtook: nothing is wrong with the child. */
export class StoppedMeanwhile extends StartFailed {
  constructor(child: string) {
    super(`${child} was stopped meanwhile`);
    this.name = 'StoppedMeanwhile';
  }
}

/** The failure of a start that wrong configuration stopped. */
export const misconfigured = (refusals: readonly Refusal[]): StartFailed =>
  new StartFailed(refusalsText(refusals), refusals);
