import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSweeper } from './sweeper.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const sweeping = (accepting: () => boolean) => {
  const ages: number[] = [];
  const sweep = async (olderThanMs: number) => ages.push(Math.round(olderThanMs));
  const sweeper = createSweeper({ stores: [{ sweep }], accepting, logger: pino({ level: 'silent' }) });
  return { sweeper, ages };
};

it('begins with everything from before the start, and goes on with what is older than five seconds', async () => {
  const { sweeper, ages } = sweeping(() => true);
  sweeper.start();
  await vi.advanceTimersByTimeAsync(2_000);
  sweeper.stop();
  expect(ages).toEqual([0, 5_000, 5_000]);
});

it('takes nothing that was written since the start when the broker comes a moment later', async () => {
  let up = false;
  const { sweeper, ages } = sweeping(() => up);
  sweeper.start();
  await vi.advanceTimersByTimeAsync(2_500);
  up = true;
  await vi.advanceTimersByTimeAsync(1_000);
  sweeper.stop();
  expect(ages).toEqual([3_000]);
});
