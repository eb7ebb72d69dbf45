import { expect, test } from 'vitest';
import { reconnectDelayMs } from './backoff.ts';

test('the first attempt comes within 200 ms and no later one waits longer than 4.5 s', () => {
  expect(reconnectDelayMs(0, 0)).toBe(100);
  expect(reconnectDelayMs(0, 0.999)).toBeLessThan(200);
  for (const failures of [5, 10, 1_000, 100_000]) expect(reconnectDelayMs(failures, 0.9999)).toBeLessThan(4_500);
});

test('two services that lost the broker together do not come back together', () => {
  expect(reconnectDelayMs(4, 0.1)).not.toBe(reconnectDelayMs(4, 0.9));
});
