/** Milliseconds since 1970 with their fractions, steady within this process: comparable with the timestamps of events. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

export const until = (atMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - nowMs())));
