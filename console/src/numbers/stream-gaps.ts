import type { Envelope } from '@tiffin/contracts/envelope';

type Missing = { readonly noticedAtMs: number /** When the event before it happened. */; readonly afterMs: number };
type Stream = {
  first: number;
  highest: number;
  highestAtMs: number;
  heardAtMs: number;
  readonly missing: Map<number, Missing>;
};

/** An event of a stream may be late, but not by more than this. */
const PATIENCE_MS = 15_000;
/** A stream nothing has been heard of for so long is forgotten. */
const KEPT_MS = 60 * 60_000;

/** Finds the holes in the numbering of every stream heard: events that must have happened and have not been read. */
export const createStreamGaps = () => {
  const streams = new Map<string, Stream>();
  return {
    hear: (event: Pick<Envelope, 'subject' | 'source' | 'seq' | 'timestamp'>, noticedAtMs: number): void => {
      const { subject, source, seq } = event;
      if (seq === undefined) return;
      const atMs = Date.parse(event.timestamp);
      const key = `${source} ${subject}`;
      const stream = streams.get(key);
      if (!stream) {
        streams.set(key, { first: seq, highest: seq, highestAtMs: atMs, heardAtMs: noticedAtMs, missing: new Map() });
        return;
      }
      stream.heardAtMs = noticedAtMs;
      stream.missing.delete(seq);
      const { first, highest, highestAtMs, missing } = stream;
      for (let gap = highest + 1; gap < seq; gap += 1) missing.set(gap, { noticedAtMs, afterMs: highestAtMs });
      // Heard of first in the middle of its story, and now of what came before.
      for (let gap = seq + 1; gap < first; gap += 1) missing.set(gap, { noticedAtMs, afterMs: atMs });
      stream.first = Math.min(first, seq);
      if (seq <= highest) return;
      stream.highest = seq;
      stream.highestAtMs = atMs;
    },
    /** Events missing for longer than the log may take. */
    count: (nowMs: number): number => {
      let count = 0;
      for (const [key, { missing, heardAtMs }] of streams) {
        if (nowMs - heardAtMs > KEPT_MS) streams.delete(key);
        for (const { noticedAtMs } of missing.values()) if (nowMs - noticedAtMs > PATIENCE_MS) count += 1;
      }
      return count;
    },
    /** From when on the log has to be read again to find all that is missing; undefined when nothing is. */
    missingSinceMs: (): number | undefined => {
      let oldest: number | undefined;
      for (const { missing } of streams.values()) {
        for (const { afterMs } of missing.values()) oldest = Math.min(oldest ?? afterMs, afterMs);
      }
      return oldest;
    },
  };
};
