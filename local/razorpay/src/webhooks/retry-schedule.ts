import type { Timings } from '../timings.ts';

/**
 * When a webhook that has just failed is tried again, or undefined when it is given up.
 *
 * Razorpay retries with exponential backoff for 24 hours, counted from the creation of the event. With the default
 * timings (a thousand times faster) the tries fall at:
 *
 *     try      1   2     3     4     5     6     7      8      9      10
 *     seconds  0   0.25  0.75  1.75  3.75  7.75  15.75  31.75  63.75  86.4 (the last)
 */
export const nextAttemptMs = (
  webhook: { readonly createdMs: number; readonly attempts: number },
  nowMs: number,
  { firstRetryMs, retryWindowMs }: Pick<Timings, 'firstRetryMs' | 'retryWindowMs'>,
): number | undefined => {
  const lastChanceMs = webhook.createdMs + retryWindowMs;
  if (nowMs >= lastChanceMs) return undefined;
  const waitMs = firstRetryMs * 2 ** (webhook.attempts - 1);
  return Math.min(nowMs + waitMs, lastChanceMs);
};
