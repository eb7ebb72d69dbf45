type Entry = { readonly atMs: number; readonly number: number; readonly act: () => void | Promise<void> };

/** What will happen in a simulated world, and when. */
export type Agenda = {
  now(): number;
  at(atMs: number, act: Entry['act']): void;
  /** Lets everything happen, in order of time, what is of the same time in the order it was planned. */
  run(): Promise<void>;
};

const isBefore = (one: Entry, other: Entry): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.number < other.number);

/** A binary heap and a clock that jumps. */
export const createAgenda = (): Agenda => {
  const heap: Entry[] = [];
  let nowMs = 0;
  let planned = 0;

  const entryAt = (index: number): Entry => heap[index] as Entry; // every index below is one of the heap
  const swap = (one: number, other: number) => {
    [heap[one], heap[other]] = [entryAt(other), entryAt(one)];
  };
  const add = (entry: Entry) => {
    heap.push(entry);
    for (let index = heap.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entryAt(index), entryAt(parent))) break;
      swap(index, parent);
      index = parent;
    }
  };
  const take = (): Entry | undefined => {
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    heap[0] = last;
    for (let index = 0; ; ) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < heap.length && isBefore(entryAt(child), entryAt(least))) least = child;
      }
      if (least === index) return first;
      swap(index, least);
      index = least;
    }
  };

  return {
    now: () => nowMs,
    at: (atMs, act) => {
      planned += 1;
      add({ atMs: Math.max(atMs, nowMs), number: planned, act });
    },
    run: async () => {
      for (let entry = take(); entry; entry = take()) {
        nowMs = entry.atMs;
        const done = entry.act();
        if (done) await done;
      }
    },
  };
};
