import { describe, expect, it } from 'vitest';
import { writeTogether } from './write-together.ts';

describe('writing together', () => {
  it('writes the first item at once and what came meanwhile in batches', async () => {
    const batches: number[][] = [];
    const write = writeTogether<number>(
      async (items) => {
        batches.push([...items]);
        await Promise.resolve();
      },
      { most: 3 },
    );
    await Promise.all([1, 2, 3, 4, 5, 6].map(write));
    expect(batches).toEqual([[1], [2, 3, 4], [5, 6]]);
    await write(7);
    expect(batches.at(-1)).toEqual([7]);
  });

  it('gathers for a while, and no longer once a batch is full', async () => {
    const batches: number[][] = [];
    const write = writeTogether<number>(
      async (items) => {
        batches.push([...items]);
      },
      { most: 3, gatherMs: 20 },
    );
    const startedAt = performance.now();
    await Promise.all([1, 2, 3].map(write));
    expect(performance.now() - startedAt).toBeLessThan(15);
    await Promise.all([4, 5].map(write));
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(performance.now() - startedAt).toBeGreaterThan(15);
  });

  it('fails the items of a batch that was not written, and no other', async () => {
    const write = writeTogether<number>(
      async (items) => {
        if (items.includes(2)) throw new Error('the database is away');
      },
      { most: 2 },
    );
    const ends = await Promise.allSettled([1, 2, 3, 4, 5].map(write));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled']);
  });
});
