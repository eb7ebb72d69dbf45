import { setImmediate as nextTurn } from 'node:timers/promises';

export type Isolation = {
  /** A suspect is being handled, or about to be. */
  occupied(): boolean;
  /** Another suspect on its way out of the process; it resolves when that one is no longer held, and never rejects. */
  leaving(departure: Promise<void>): void;
  /** Runs `work` when no other suspect is held by this process. */
  alone(work: () => Promise<void>): Promise<void>;
};

/**
 * One suspect at a time in the whole process, and no other suspect held beside it: a crash counts against all that is held, in
 * every queue. Messages that are no suspects may be held meanwhile; a crash makes them suspects at worst, never dead letters.
 *
 * Cancelling the consumers instead would not do: what a quorum queue has sent off when the cancel arrives is returned by the
 * broker and counted as delivered, so the cure would raise the counts of the innocent (RabbitMQ 3.10: about a prefetch each time).
 */
export const createIsolation = (): Isolation => {
  const departures = new Set<Promise<void>>();
  let occupied = false;
  return {
    occupied: () => occupied,
    leaving: (departure) => {
      departures.add(departure);
      void departure.then(() => departures.delete(departure));
    },
    alone: async (work) => {
      occupied = true;
      try {
        // What came in the same packet is looked at first: there may be suspects in it.
        await nextTurn();
        await Promise.all(departures);
        await work();
      } finally {
        occupied = false;
      }
    },
  };
};
