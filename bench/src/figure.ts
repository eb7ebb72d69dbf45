import type { Spread } from './statistics.ts';

export type Unit = '/s' | 'ms' | 's' | 'MB' | '×' | 'orders' | 'km' | 'offers' | 'writes';

/** A bound we hold ourselves to; `of` says whether it is for the figure or for its ratio to the peer. */
export type Target = { readonly of: 'figure' | 'ratio'; readonly atLeast?: number; readonly atMost?: number };

/** One line of the table: a figure of ours beside the peer or the limit measured in the same run. */
export type Figure = {
  readonly name: string;
  readonly unit: Unit;
  readonly ours: Spread;
  readonly beside?: { readonly what: string; readonly figure: Spread; readonly ratio?: Spread };
  readonly target?: Target;
};

/** What one measurement gave; `details` goes to the file only. */
export type Measured = {
  readonly figures: readonly Figure[];
  /** Under which conditions, and what the figures do not say. */
  readonly notes: readonly string[];
  /** Whole tables of their own, as Markdown, shown below the figures. */
  readonly tables?: readonly string[];
  readonly details?: unknown;
  /** What went wrong without spoiling the figures: failed requests, lost orders. Any makes the run fail. */
  readonly faults: readonly string[];
};

/** Whether the median keeps the target; undefined when there is none. */
export const meets = ({ ours, beside, target }: Figure): boolean | undefined => {
  if (!target) return undefined;
  const value = target.of === 'ratio' ? beside?.ratio?.median : ours.median;
  if (value === undefined || Number.isNaN(value)) return false;
  return value >= (target.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (target.atMost ?? Number.POSITIVE_INFINITY);
};
