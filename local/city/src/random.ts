/** A stream of random numbers that a seed repeats (mulberry32). */
export type Random = {
  /** From 0 up to, not including, 1. */
  unit(): number;
  between(from: number, to: number): number;
  /** A whole number from 0 up to, not including, `count`. */
  index(count: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** Time until the next of many independent happenings that come once in `meanMs`. */
  waitMs(meanMs: number): number;
};

export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const index = (count: number) => Math.floor(unit() * count);
  return {
    unit,
    between: (from, to) => from + unit() * (to - from),
    index,
    pick: (items) => items[index(items.length)] ?? items[0],
    waitMs: (meanMs) => -Math.log(1 - unit()) * meanMs,
  };
};
