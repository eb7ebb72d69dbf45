import { nowMs } from './clock.ts';

/** A push as it arrived: when, and on whose socket. */
export type Noted = { readonly atMs: number; readonly by: string };

export type PushBoard = {
  note(what: string, by: string): void;
  /** The next push under this name not taken yet, past or to come; undefined when none comes within `withinMs`. */
  take(what: string, withinMs: number): Promise<Noted | undefined>;
  forget(...names: string[]): void;
};

/** Where pushes are pinned up as they come, for whoever waits for one. */
export const createPushBoard = (): PushBoard => {
  const pinned = new Map<string, Noted[]>();
  const waiting = new Map<string, (noted: Noted | undefined) => void>();

  return {
    note: (what, by) => {
      const noted = { atMs: nowMs(), by };
      const waiter = waiting.get(what);
      if (waiter) {
        waiting.delete(what);
        waiter(noted);
        return;
      }
      const others = pinned.get(what);
      if (others) others.push(noted);
      else pinned.set(what, [noted]);
    },
    take: (what, withinMs) => {
      const first = pinned.get(what)?.shift();
      if (first) return Promise.resolve(first);
      return new Promise((resolve) => {
        const tooLate = setTimeout(() => {
          waiting.delete(what);
          resolve(undefined);
        }, withinMs);
        waiting.set(what, (noted) => {
          clearTimeout(tooLate);
          resolve(noted);
        });
      });
    },
    forget: (...names) => {
      for (const name of names) pinned.delete(name);
    },
  };
};
