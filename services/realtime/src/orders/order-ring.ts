/**
 * The newest events of one order, without a hole: `from..last`. What arrives from the bus (lost, repeated, swapped) becomes each
 * event once and in order. Numbers are the order document's own `seq`, so they mean the same on every node and after a restart.
 */
export type OrderRing<Entry extends Numbered> = {
  /** Contiguous, ascending, at most MOST_ENTRIES. */
  entries: Entry[];
  last: number;
  /** Came too early: something between `last` and these is missing. */
  readonly held: Map<number, Entry>;
};

export type Numbered = { readonly seq: number };

const MOST_ENTRIES = 64;
/** An order has about ten events; a stream that runs this far ahead is cut short and looked up again. */
const MOST_HELD = 64;

export const createRing = <Entry extends Numbered>(first: Entry): OrderRing<Entry> => ({
  entries: [first],
  last: first.seq,
  held: new Map(),
});

/** The lowest `seq` after which the ring can answer: `since >= oldestSince`. */
export const oldestSince = <Entry extends Numbered>({ entries, last }: OrderRing<Entry>): number =>
  entries.length === 0 ? last : last - entries.length;

const append = <Entry extends Numbered>(ring: OrderRing<Entry>, entry: Entry): void => {
  ring.entries.push(entry);
  if (ring.entries.length > MOST_ENTRIES) ring.entries.shift();
  ring.last = entry.seq;
  ring.held.delete(entry.seq);
};

const appendHeld = <Entry extends Numbered>(ring: OrderRing<Entry>, appended: Entry[]): Entry[] => {
  for (let next = ring.held.get(ring.last + 1); next; next = ring.held.get(ring.last + 1)) {
    append(ring, next);
    appended.push(next);
  }
  return appended;
};

/** One event arrives. Returns what is now to be told, in order: nothing for a repeat and for one that came too early (it is held). */
export const hear = <Entry extends Numbered>(ring: OrderRing<Entry>, entry: Entry): Entry[] => {
  if (entry.seq <= ring.last) return [];
  if (entry.seq > ring.last + 1) {
    if (ring.held.size < MOST_HELD) ring.held.set(entry.seq, entry);
    return [];
  }
  append(ring, entry);
  return appendHeld(ring, [entry]);
};

/** A stretch of history, ascending, as the order's owner answered it. Returns what was missing at the new end, in order. */
export const fill = <Entry extends Numbered>(ring: OrderRing<Entry>, history: readonly Entry[]): Entry[] => {
  const appended = history.flatMap((entry) => hear(ring, entry));
  for (const entry of history.toReversed()) {
    if (ring.entries.length >= MOST_ENTRIES) break;
    if (entry.seq === oldestSince(ring)) ring.entries.unshift(entry);
  }
  return appended;
};

/** Forgets those of `seqs` that are held and lie beyond `end`: the history ends there, so they never were. */
export const dropBeyond = <Entry extends Numbered>(
  ring: OrderRing<Entry>,
  end: number,
  seqs: readonly number[],
): void => {
  for (const seq of seqs) if (seq > end) ring.held.delete(seq);
};

/** Stops waiting for what is missing: the ring begins anew with what was held. Returns that, in order; a hole is in front of it. */
export const giveUpGap = <Entry extends Numbered>(ring: OrderRing<Entry>): Entry[] => {
  const released: Entry[] = [];
  while (ring.held.size > 0) {
    const first = Math.min(...ring.held.keys());
    ring.entries = [];
    ring.last = first - 1;
    appendHeld(ring, released);
  }
  return released;
};

/** What came after `since`; undefined when the ring does not reach back that far, or `since` is ahead of it. */
export const entriesSince = <Entry extends Numbered>(ring: OrderRing<Entry>, since: number): Entry[] | undefined => {
  if (since < oldestSince(ring) || since > ring.last) return undefined;
  return ring.last === since ? [] : ring.entries.slice(since - ring.last);
};
