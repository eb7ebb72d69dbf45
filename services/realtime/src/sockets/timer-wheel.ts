import { type Clock, SECOND } from '@tiffin/platform/clock';

export type TimerWheel = {
  /** Runs something once, within a second after `atSeconds` (since 1970); at the next turn when that is past. Returns how to call it off. */
  at(atSeconds: number, run: () => void): () => void;
  /** Runs everything due. For the interval, and for tests. */
  turn(): void;
  close(): void;
};

/** One interval for the deadlines of every socket: ten thousand timers would cost more than what they start. */
export const createTimerWheel = ({ now }: { now: Clock }): TimerWheel => {
  const slots = new Map<number, Set<() => void>>();
  let turnedTo = Math.floor(now().getTime() / SECOND);

  const turn = () => {
    const second = Math.floor(now().getTime() / SECOND);
    while (turnedTo < second) {
      // First: what is put in from inside a turn belongs to a later one.
      turnedTo += 1;
      const due = slots.get(turnedTo);
      slots.delete(turnedTo);
      for (const run of due ?? []) run();
    }
  };
  const interval = setInterval(turn, SECOND).unref();

  return {
    at(atSeconds, run) {
      const second = Math.max(atSeconds, turnedTo + 1);
      const slot = slots.get(second) ?? new Set();
      slots.set(second, slot.add(run));
      return () => {
        slot.delete(run);
        if (slot.size === 0 && slots.get(second) === slot) slots.delete(second);
      };
    },
    turn,
    close: () => clearInterval(interval),
  };
};
