/** How long something takes, from the newest of its cases. Milliseconds. */
export type Spread = { readonly count: number; readonly p50: number; readonly p95: number; readonly p99: number };

/** Nearest-rank percentiles. */
export const spreadOf = (durations: readonly number[]): Spread => {
  const sorted = durations.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
};
