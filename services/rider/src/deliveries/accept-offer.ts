import { conflict } from '@tiffin/platform/persistence/decision';
import type { Cause } from '@tiffin/platform/persistence/stored';
import type { Background } from '../dispatch/background.ts';
import type { Turns } from '../dispatch/turns.ts';
import type { WithdrawOffers } from '../dispatch/withdraw-offers.ts';
import type { LivePositions } from '../positions/live-positions.ts';
import type { SilencePolicy } from './delivery.ts';
import { accept, revoke } from './offers.ts';

/**
 * A rider accepts: one conditional write makes him the winner, or he is told who was quicker. A rider with another job is refused by the
 * unique index on the job itself, so two accepts in the same millisecond cannot both be right; his offer goes on to the next.
 */
export const acceptOffer =
  ({
    turns,
    background,
    withdrawOffers,
    positions,
    silence,
  }: {
    turns: Turns;
    background: Background;
    withdrawOffers: WithdrawOffers;
    positions: Pick<LivePositions, 'note'>;
    silence: SilencePolicy;
  }) =>
  async (orderId: string, riderUserId: string, cause: Cause) => {
    const turn = await turns.take(orderId, (state, now) => accept(state, riderUserId, now, silence), cause);
    if (turn.kind === 'committed') {
      await positions.note(riderUserId, { isOnTrip: true });
      background.run('offers of a rider who has a job now', () => withdrawOffers(riderUserId, 'busy'));
    }
    if (turn.kind !== 'busy') return turn;
    await turns.takeAndSearch(orderId, (state) => revoke(state, riderUserId, 'busy'), cause);
    return {
      ...conflict('rider_busy', 'You already have a delivery; finish or release it first.'),
      stored: turn.stored,
    };
  };
