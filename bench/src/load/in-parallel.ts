import { nowMs, until } from './clock.ts';

/** Does all of it, `width` at a time, in order of beginning. */
export const inParallel = async <Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
};

/** Keeps `width` pieces of work going for `forMs`, then waits for those begun. */
export const keepBusy = async (
  width: number,
  forMs: number,
  work: (number: number) => Promise<void>,
): Promise<void> => {
  const endsAt = nowMs() + forMs;
  let next = 0;
  const lane = async () => {
    while (nowMs() < endsAt) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
};

/**
 * Begins a piece of work every `everyMs`, whether or not earlier ones are done: a slow server is not spared. `intendedAtMs` is when it
 * should have begun, which is what waiting is counted from.
 */
export const atFixedRate = async <Item>(
  items: readonly Item[],
  everyMs: number,
  work: (item: Item, intendedAtMs: number) => Promise<void>,
): Promise<void> => {
  const startsAt = nowMs() + everyMs;
  const begun: Promise<void>[] = [];
  for (const [index, item] of items.entries()) {
    const intendedAtMs = startsAt + index * everyMs;
    if (intendedAtMs > nowMs()) await until(intendedAtMs);
    begun.push(work(item, intendedAtMs));
  }
  await Promise.all(begun);
};
