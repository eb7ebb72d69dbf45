import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '@tiffin/platform/clock';
import type { Breakable } from './breakable.ts';

/** How a vhost of our own is closed to us and opened again; both throw when the broker does not allow it. */
export type VhostGate = { shutOut(): Promise<void>; letIn(): Promise<void> };

const AGAIN_MS = SECOND;
/** At the end nobody waits for ever: the next start gives the permission back as well. */
const LAST_TRIES = 5;

/**
 * The broker taken away from us alone: on a broker that others use nothing but our own vhost is closed. Whatever happens meanwhile it is
 * opened again, after its time or by `end`, and once more should the broker be slow to listen.
 */
export const vhostOutage = ({ shutOut, letIn }: VhostGate): Breakable => {
  let awayUntil: Date | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  // What is asked of the broker follows one after the other: a permission given while it is being taken would be lost.
  let asked: Promise<unknown> = Promise.resolve();

  const giveBack = async (): Promise<void> => {
    for (let failures = 0; ; ) {
      try {
        await letIn();
        awayUntil = undefined;
        return;
      } catch (error) {
        failures += 1;
        if (over && failures >= LAST_TRIES) throw error;
        await sleep(AGAIN_MS);
      }
    }
  };
  const takeAway = async (ms: number): Promise<void> => {
    awayUntil = new Date(Date.now() + ms);
    try {
      await shutOut();
    } catch (error) {
      // Half done perhaps. Whoever asked need not wait until the broker listens again.
      asked = giveBack().catch(() => undefined);
      throw error;
    }
    // Counted from now: taking it away has taken a while itself.
    awayUntil = new Date(Date.now() + ms);
    timer = setTimeout(() => {
      // A failure is `end`'s to report, which tries again.
      asked = giveBack().catch(() => undefined);
    }, ms);
  };

  return {
    kind: 'possible',
    effect: (ms) =>
      `our permission on our vhost is taken away and our connections are closed; it comes back after ${ms / SECOND} s`,
    begin: async (ms) => {
      if (over) return false;
      const begun = asked.then(() => takeAway(ms));
      asked = begun.catch(() => undefined);
      await begun;
      return true;
    },
    awayUntil: () => awayUntil,
    end: async () => {
      over = true;
      await asked;
      clearTimeout(timer);
      if (awayUntil) await giveBack();
    },
  };
};
