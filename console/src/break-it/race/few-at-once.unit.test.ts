import { expect, it } from 'vitest';
import { fewAtOnce } from './few-at-once.ts';

it('never runs more than the limit, and runs all of it in order', async () => {
  const few = fewAtOnce(3);
  const began: number[] = [];
  let running = 0;
  let most = 0;
  const work = (index: number) => async () => {
    began.push(index);
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    return index;
  };
  const indices = Array.from({ length: 10 }, (_, index) => index);
  expect(await Promise.all(indices.map((index) => few(work(index))))).toEqual(indices);
  expect([most, began]).toEqual([3, indices]);
});

it('gives the place of work that failed to the next', async () => {
  const few = fewAtOnce(1);
  const failing = few(() => Promise.reject(new Error('no')));
  const next = few(() => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
});
