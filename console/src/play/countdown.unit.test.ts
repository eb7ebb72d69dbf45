import { expect, test } from 'vitest';
import { countdown } from './countdown.ts';

const HEARD = Date.parse('2026-11-01T10:00:00.000Z');
const EXPIRES = '2026-11-01T10:00:12.000Z';

test('is full when the offer is heard and empty when it expires', () => {
  expect(countdown(EXPIRES, HEARD, HEARD)).toEqual({ part: 1, over: false, words: '12 s left' });
  expect(countdown(EXPIRES, HEARD, HEARD + 6_000).part).toBe(0.5);
  expect(countdown(EXPIRES, HEARD, HEARD + 12_000)).toEqual({ part: 0, over: true, words: 'The time is over.' });
});

test('says a second for what is left of one', () => {
  expect(countdown(EXPIRES, HEARD, HEARD + 11_900).words).toBe('1 s left');
});

test('neither overflows when the clock has not moved since before it was heard nor falls below nothing', () => {
  expect(countdown(EXPIRES, HEARD, HEARD - 900)).toEqual({ part: 1, over: false, words: '12 s left' });
  expect(countdown(EXPIRES, HEARD + 60_000, HEARD + 61_000)).toMatchObject({ part: 0, over: true });
});
