import type { RiderId } from '@tiffin/contracts/ids';
import type { Cause } from '@tiffin/platform/persistence/stored';
import type { Background } from '../dispatch/background.ts';
import type { WithdrawOffers } from '../dispatch/withdraw-offers.ts';
import type { LivePositions } from '../positions/live-positions.ts';
import type { RiderStore } from './rider.store.ts';
import { verify } from './rider.ts';

/** An admin says whether a rider may work. Who may not any more loses the offers before him; a trip under way is finished. */
export const verifyRider =
  ({
    riders,
    background,
    withdrawOffers,
    positions,
  }: {
    riders: Pick<RiderStore, 'change' | 'find'>;
    background: Background;
    withdrawOffers: WithdrawOffers;
    positions: Pick<LivePositions, 'note'>;
  }) =>
  async (riderId: RiderId, isVerified: boolean, cause: Cause) => {
    const result = await riders.change(riderId, (state) => verify(riderId, state, isVerified), cause);
    if (result.kind === 'missing') return undefined;
    const { userId, isAvailable } = result.stored.state;
    await positions.note(userId, { isAvailable });
    if (!isVerified) background.run('a rider not verified any more', () => withdrawOffers(userId, 'off_duty'));
    return riders.find(riderId);
  };
