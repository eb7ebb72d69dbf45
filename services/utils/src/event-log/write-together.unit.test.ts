import { describe, expect, it } from 'vitest';
import { writeTogether } from './write-together.ts';

describe('writing together', () => {
  it('writes the first item at once and what came meanwhile in batches', async () => {
    const batches: number[][] = [];
    const write = writeTogether<number>(async (items) => {
      batches.push([...items]);
      await Promise.resolve();
    }, 3);
    await Promise.all([1, 2, 3, 4, 5, 6].map(write));
    expect(batches).toEqual([[1], [2, 3, 4], [5, 6]]);
    await write(7);
    expect(batches.at(-1)).toEqual([7]);
  });

  it('fails the items of a batch that was not written, and no other', async () => {
    const write = writeTogether<number>(async (items) => {
      if (items.includes(2)) throw new Error('the database is away');
    }, 2);
    const ends = await Promise.allSettled([1, 2, 3, 4, 5].map(write));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled']);
  });
});
