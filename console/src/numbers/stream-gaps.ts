import type { Envelope } from '@tiffin/contracts/envelope';

type Stream = { first: number; highest: number; readonly missing: Map<number, number> };

/** An event of a stream may be late, but not by more than this. */
const PATIENCE_MS = 15_000;
/** A stream nothing has been heard of for so long is forgotten. */
const KEPT_MS = 60 * 60_000;

/** Counts the holes in the numbering of every stream heard: events that must have happened and are not in the log. */
export const createStreamGaps = () => {
  const streams = new Map<string, Stream & { heardAt: number }>();
  return {
    hear: ({ subject, source, seq }: Pick<Envelope, 'subject' | 'source' | 'seq'>, nowMs: number): void => {
      if (seq === undefined) return;
      const key = `${source} ${subject}`;
      const stream = streams.get(key);
      if (!stream) {
        streams.set(key, { first: seq, highest: seq, missing: new Map(), heardAt: nowMs });
        return;
      }
      stream.heardAt = nowMs;
      stream.missing.delete(seq);
      for (let between = stream.highest + 1; between < seq; between += 1) stream.missing.set(between, nowMs);
      // Heard of first in the middle of its story, and now of what came before.
      for (let between = seq + 1; between < stream.first; between += 1) stream.missing.set(between, nowMs);
      stream.first = Math.min(stream.first, seq);
      stream.highest = Math.max(stream.highest, seq);
    },
    /** Events missing for longer than the log may take. */
    count: (nowMs: number): number => {
      let count = 0;
      for (const [key, { missing, heardAt }] of streams) {
        if (nowMs - heardAt > KEPT_MS) streams.delete(key);
        for (const since of missing.values()) if (nowMs - since > PATIENCE_MS) count += 1;
      }
      return count;
    },
  };
};
