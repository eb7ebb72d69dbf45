import { describe, expect, it } from 'vitest';
import { nowMs } from './clock.ts';
import { atFixedRate, inParallel, keepBusy } from './in-parallel.ts';

describe('the load', () => {
  it('keeps so much going and no more, and gives results in the order of the items', async () => {
    let going = 0;
    let most = 0;
    const results = await inParallel([5, 1, 3, 2], 2, async (value) => {
      going += 1;
      most = Math.max(most, going);
      await new Promise((resolve) => setTimeout(resolve, value));
      going -= 1;
      return value * 10;
    });
    expect(results).toEqual([50, 10, 30, 20]);
    expect(most).toBe(2);
  });

  it('counts from when work should have begun, also when the work before is not done', async () => {
    const intended: number[] = [];
    const begun: number[] = [];
    const startedAt = nowMs();
    await atFixedRate([0, 1, 2, 3], 5, async (_, intendedAtMs) => {
      intended.push(intendedAtMs - startedAt);
      begun.push(nowMs() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    expect(Math.max(...begun)).toBeLessThan(100);
    for (let index = 1; index < intended.length; index += 1) {
      expect((intended[index] ?? 0) - (intended[index - 1] ?? 0)).toBeCloseTo(5, 3);
    }
  });

  it('finishes what it has begun', async () => {
    let begun = 0;
    let done = 0;
    await keepBusy(3, 20, async () => {
      begun += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      done += 1;
    });
    expect(begun).toBeGreaterThanOrEqual(3);
    expect(done).toBe(begun);
  });
});
