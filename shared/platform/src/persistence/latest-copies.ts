import type { Stored } from './stored.ts';

/** Aggregates as this process committed them last. */
export type LatestCopies<State> = {
  get(id: string): Stored<State> | undefined;
  keep(stored: Stored<State>): void;
  forget(id: string): void;
  /** The relay has published up to `seq`: the copy need not carry those events any longer. */
  markSent(id: string, seq: number): void;
};

/** Orders, payments and deliveries of a busy quarter of an hour; a forgotten one costs one read. */
const KEPT = 2_000;

/**
 * Remembers the copies used last. Another process may have changed the aggregate since: a copy is good for deciding on a change, which its
 * conditional write then proves or refuses, and for nothing else.
 */
export const createLatestCopies = <State>(most = KEPT): LatestCopies<State> => {
  const copies = new Map<string, Stored<State>>();

  return {
    get: (id) => copies.get(id),
    keep: (stored) => {
      copies.delete(stored.id); // set again below: the map's order is the order of last use
      copies.set(stored.id, { ...stored, tail: stored.tail.filter(({ seq }) => seq > stored.sentSeq) });
      if (copies.size <= most) return;
      const oldest = copies.keys().next();
      if (!oldest.done) copies.delete(oldest.value);
    },
    forget: (id) => {
      copies.delete(id);
    },
    markSent: (id, seq) => {
      const copy = copies.get(id);
      if (!copy || copy.sentSeq >= seq) return;
      copies.set(id, { ...copy, sentSeq: seq, tail: copy.tail.filter((event) => event.seq > seq) });
    },
  };
};
