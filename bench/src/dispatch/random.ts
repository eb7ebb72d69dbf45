/** Numbers that look random and are the same for the same seed. */
export type Random = {
  /** 0 up to 1. */
  next(): number;
  /** Around 0, with a standard deviation of 1. */
  normal(): number;
  /** With this mean, as the time between two things that know nothing of each other. */
  exponential(mean: number): number;
};

const UINT32 = 2 ** 32;

/** mulberry32: small, quick, and good enough to place riders in a city. */
export const randomFrom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / UINT32;
  };
  return {
    next,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    exponential: (mean) => -mean * Math.log(1 - next()),
  };
};
