import { expect, it } from 'vitest';
import { severalAtOnce } from './several-at-once.ts';

it('runs every task once, begun in order, never more than so many at a time', async () => {
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  await severalAtOnce(3, [0, 1, 2, 3, 4, 5, 6], async (item) => {
    begun.push(item);
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  });
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(most).toBe(3);
});

it('tells the first failure', async () => {
  const failing = severalAtOnce(2, [1, 2, 3], (item) =>
    item === 2 ? Promise.reject(new Error('no')) : Promise.resolve(),
  );
  await expect(failing).rejects.toThrow('no');
});
