import type { Cause } from '@tiffin/platform/persistence/stored';
import type { Turns } from '../dispatch/turns.ts';
import { decline } from './offers.ts';

/** A rider declines: the next one is asked in the same write. Said twice, it changes nothing. */
export const declineOffer =
  ({ turns }: { turns: Turns }) =>
  (orderId: string, riderUserId: string, cause: Cause) =>
    turns.takeAndSearch(orderId, (state, now) => decline(state, riderUserId, now), cause);
