import type { Outcome } from './outcome.ts';

/** What the runtime does with a delivery. */
export type Verdict =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly stepMs: number; readonly attempt: number }
  | { readonly kind: 'dead'; readonly reason: string; readonly error: string };

/** What a handler did: an outcome, or a fault it threw. */
export type Handled = Outcome | { readonly kind: 'fault'; readonly error: unknown };

const ACK: Verdict = { kind: 'ack' };

const textOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

const climb = (attempt: number, stepsMs: readonly number[], error: string): Verdict => {
  const stepMs = stepsMs[attempt];
  return stepMs === undefined
    ? { kind: 'dead', reason: 'gave-up', error }
    : { kind: 'retry', stepMs, attempt: attempt + 1 };
};

/** `attempt` counts the failed attempts before this one: 0 on the first. */
export const judge = (handled: Handled, attempt: number, stepsMs: readonly number[]): Verdict => {
  switch (handled.kind) {
    case 'done':
    case 'nothing-new':
      return ACK;
    case 'broken-rule':
      return { kind: 'dead', reason: 'broken-rule', error: handled.reason };
    case 'try-later':
      return climb(attempt, stepsMs, handled.reason);
    case 'fault':
      return climb(attempt, stepsMs, textOf(handled.error));
  }
};
