import { SECOND } from '@tiffin/platform/clock';
import type { Breakable } from './breakable.ts';
import type { Supervised } from './supervise.ts';

// The family grows while the stack starts, so a child is looked up when it is asked for.
type Find = () => Supervised | undefined;

/** A child killed the hard way, which the supervisor starts again later than it would. */
export const killedForAWhile = (find: Find): Breakable => ({
  kind: 'possible',
  effect: (ms) => `it was killed, and is started again after ${ms / SECOND} s`,
  begin: async (ms) => find()?.takeAway(ms) ?? false,
  awayUntil: () => find()?.status().awayUntil,
  // Stopping the child is the end of it.
  end: async () => undefined,
});

/** A child frozen, as a machine that swaps is: connections stay and nobody answers. */
export const frozenForAWhile = (find: Find): Breakable => ({
  kind: 'possible',
  effect: (ms) => `it is frozen for ${ms / SECOND} s: connections stay, and nobody answers`,
  begin: async (ms) => find()?.pause(ms) === 'done',
  awayUntil: () => find()?.status().awayUntil,
  end: async () => undefined,
});
