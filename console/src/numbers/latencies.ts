import { type Spread, spreadOf } from './spread.ts';

const NEWEST = 500;

/** Pairs two moments of one order, whichever is heard first, and keeps the newest durations between them. */
export const createLatency = () => {
  const starts = new Map<string, number>();
  const ends = new Map<string, number>();
  const done = new Set<string>();
  const durations: number[] = [];

  const pair = (orderId: string): void => {
    const [start, end] = [starts.get(orderId), ends.get(orderId)];
    if (start === undefined || end === undefined || done.has(orderId)) return;
    done.add(orderId);
    starts.delete(orderId);
    ends.delete(orderId);
    // Two services' clocks may differ by a little; a duration cannot be negative.
    durations.push(Math.max(0, end - start));
    if (durations.length > NEWEST) durations.shift();
    if (done.size > 20 * NEWEST) for (const id of [...done].slice(0, 10 * NEWEST)) done.delete(id);
  };

  return {
    /** Only the first start and the first end count: a second offer of one order is not its latency. */
    start: (orderId: string, atMs: number): void => {
      if (!starts.has(orderId)) starts.set(orderId, atMs);
      pair(orderId);
    },
    end: (orderId: string, atMs: number): void => {
      if (!ends.has(orderId)) ends.set(orderId, atMs);
      pair(orderId);
    },
    spread: (): Spread => spreadOf(durations),
  };
};
