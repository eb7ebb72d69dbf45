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

  it('writes the neighbours of a bad item, and fails it alone', async () => {
    const write = writeTogether<number>(
      async (items) => {
        if (items.includes(2)) throw new Error('nobody can write this');
      },
      { most: 2 },
    );
    const ends = await Promise.allSettled([1, 2, 3, 4, 5].map(write));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('tries nothing item by item while the database is away', async () => {
    let writes = 0;
    const away = Object.assign(new Error('connection closed'), { name: 'MongoNetworkError' });
    const write = writeTogether<number>(
      async () => {
        writes += 1;
        throw away;
      },
      { most: 50, gatherMs: 1 },
    );
    const ends = await Promise.allSettled(Array.from({ length: 50 }, (_, item) => write(item)));
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(writes).toBeLessThanOrEqual(2);
  });
});
