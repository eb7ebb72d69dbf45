import type { UserId } from '@tiffin/contracts/claims';
import type { Point } from '@tiffin/contracts/geo';
import { conflict } from '@tiffin/platform/persistence/decision';
import type { Cause } from '@tiffin/platform/persistence/stored';
import type { Background } from '../dispatch/background.ts';
import type { ConsiderRider } from '../dispatch/consider-rider.ts';
import type { WithdrawOffers } from '../dispatch/withdraw-offers.ts';
import type { LivePositions } from '../positions/live-positions.ts';
import type { RiderStore } from './rider.store.ts';
import { setAvailable } from './rider.ts';

/**
 * A rider goes on or off duty. On duty he is considered for waiting orders at once; off duty the offers before him go on to others.
 * The place he names is written before the wish, so that he is never on duty at the place of yesterday.
 */
export const setAvailability =
  ({
    riders,
    positions,
    background,
    considerRider,
    withdrawOffers,
  }: {
    riders: Pick<RiderStore, 'findByUser' | 'change'>;
    positions: LivePositions;
    background: Background;
    considerRider: ConsiderRider;
    withdrawOffers: WithdrawOffers;
  }) =>
  async (riderUserId: UserId, isAvailable: boolean, location: Point | undefined, cause: Cause) => {
    const known = await riders.findByUser(riderUserId);
    if (!known) return { kind: 'missing' } as const;
    const { riderId, stored } = known;
    if (location && stored.state.isVerified) await positions.declare(riderUserId, location);
    const result = await riders.change(riderId, (state) => setAvailable(riderId, state, isAvailable), cause);
    if (result.kind === 'missing' || result.kind === 'conflict') return result;
    await positions.note(riderUserId, { isAvailable });

    background.run('a rider on or off duty', () =>
      isAvailable ? considerRider(riderUserId) : withdrawOffers(riderUserId, 'off_duty'),
    );
    const after = await riders.findByUser(riderUserId);
    return after ? ({ kind: 'set', rider: after } as const) : conflict('stale', 'The rider changed meanwhile.');
  };
