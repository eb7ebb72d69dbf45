import { setTimeout as sleep } from 'node:timers/promises';
import { reconnectDelayMs } from './backoff.ts';
import type { Link } from './link.ts';

// A link used this long was a good one: after it the attempts start quickly again, also while a network flaps.
const GOOD_LINK_MS = 1_000;

/**
 * Keeps one link open until `stop`: opens it, uses it, and after any loss or failure closes what is left and tries again with
 * backoff, for ever. A link that dies young counts as a failure, so a mistake that kills each new link makes no hot loop.
 */
export const keepLinked = async ({
  open,
  use,
  leave,
  stop,
  random,
}: {
  open(generation: number): Promise<Link>;
  use(link: Link): Promise<void>;
  leave(why: Error): void;
  stop: AbortSignal;
  random(): number;
}): Promise<void> => {
  let failures = 0;
  for (let generation = 1; !stop.aborted; generation += 1) {
    let usedSince = Number.POSITIVE_INFINITY;
    let link: Link | undefined;
    let why: Error;
    try {
      link = await open(generation);
      // Told to stop while it was being opened: nobody else knows this link, and nobody would ever close it.
      if (stop.aborted) throw new Error('the session was closed');
      await use(link);
      usedSince = performance.now();
      why = await link.lost;
    } catch (error) {
      why = error instanceof Error ? error : new Error(String(error));
    }
    // No settle and no publish may reach the old link from here on.
    link?.lose(why);
    leave(why);
    await link?.close();
    if (performance.now() - usedSince > GOOD_LINK_MS) failures = 0;
    await sleep(reconnectDelayMs(failures, random()), undefined, { signal: stop }).catch(() => undefined);
    failures += 1;
  }
};
