import type { LetterResult } from '@tiffin/platform/messaging/dead-letters';

type FailedLetter = { readonly id: string; readonly error: string };

/** How many letters were settled, and which were not, each with its reason. */
export const countSettled = (
  results: readonly LetterResult[],
): { settled: number; failed: readonly FailedLetter[] } => {
  const failed = results.flatMap(({ id, error }) => (error === undefined ? [] : [{ id, error }]));
  return { settled: results.length - failed.length, failed };
};
