import { expect, test } from 'vitest';
import { restartDelayMs } from './restart-delay.ts';

test('a child that keeps dying is started again after 1 s, doubling to 30 s', () => {
  const delays: number[] = [];
  for (let death = 0; death < 7; death += 1) {
    delays.push(restartDelayMs({ previousMs: delays.at(-1), uptimeMs: 500 }));
  }
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('thirty good seconds make the next death the first one again', () => {
  expect(restartDelayMs({ previousMs: 16_000, uptimeMs: 30_000 })).toBe(1_000);
  expect(restartDelayMs({ previousMs: 16_000, uptimeMs: 29_999 })).toBe(30_000);
});
