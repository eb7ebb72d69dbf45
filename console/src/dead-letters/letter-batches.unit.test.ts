import { expect, it } from 'vitest';
import { letterBatches } from './letter-batches.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `letter-${index}`);

it('names every letter once, in order', () => {
  expect(letterBatches(ids(130), 100).flat()).toEqual(ids(130));
});

it('takes no more at once than are retried in four seconds, and fifty at most', () => {
  expect(letterBatches(ids(10), 1).map((batch) => batch.length)).toEqual([4, 4, 2]);
  expect(letterBatches(ids(120), 1_000).map((batch) => batch.length)).toEqual([50, 50, 20]);
});

it('takes one at a time when the rate is below one in four seconds', () => {
  expect(letterBatches(ids(2), 0.1)).toEqual([['letter-0'], ['letter-1']]);
});

it('has nothing to do without letters', () => {
  expect(letterBatches([], 10)).toEqual([]);
});
