import { expect, test } from 'vitest';
import { DEFAULT_TIMINGS } from '../timings.ts';
import { nextAttemptMs } from './retry-schedule.ts';

test('waits double from a quarter of a second, until the last try at the end of the window', () => {
  const tries = [0];
  for (let nowMs = 0; ; ) {
    const nextMs = nextAttemptMs({ createdMs: 0, attempts: tries.length }, nowMs, DEFAULT_TIMINGS);
    if (nextMs === undefined) break;
    tries.push(nextMs);
    nowMs = nextMs;
  }
  expect(tries).toEqual([0, 250, 750, 1750, 3750, 7750, 15_750, 31_750, 63_750, 86_400]);
});

test('an event that is found older than the window is given up', () => {
  const nowMs = 1_000_000;
  expect(nextAttemptMs({ createdMs: nowMs - 86_400, attempts: 1 }, nowMs, DEFAULT_TIMINGS)).toBeUndefined();
});
