import type { Turns } from '../dispatch/turns.ts';
import type { RiderStore } from '../riders/rider.store.ts';
import { heardAtOf, type Position } from '../riders/rider.ts';
import type { DeliveryStore } from './delivery.store.ts';
import type { Delivery, SilencePolicy } from './delivery.ts';
import { watch } from './rider-silence.ts';

export type WatchRider = ReturnType<typeof createWatchRider>;

/**
 * Looks for the rider of a delivery where his positions are kept. If he has disappeared before the pick-up, the search for another goes on in
 * the same write.
 */
export const createWatchRider =
  ({
    riders,
    turns,
    receivingSince,
    policy,
  }: {
    riders: Pick<RiderStore, 'find'>;
    turns: Turns;
    receivingSince: () => Date;
    policy: SilencePolicy;
  }) =>
  async ({ orderId, riderId }: Pick<Delivery, 'orderId'> & { riderId: string }) => {
    const position = (await riders.find(riderId))?.position;
    const contact = { ...(position && { last: lastOf(position) }), receivingSince: receivingSince() };
    return turns.takeAndSearch(orderId, (state, now) => watch(state, riderId, contact, now, policy), {
      causationId: null,
    });
  };

/** A rider is heard again after a while: if he was marked as silent, he is not any more. */
export const createEndSilence =
  ({ deliveries, watchRider }: { deliveries: Pick<DeliveryStore, 'activeOf'>; watchRider: WatchRider }) =>
  async (riderUserId: string): Promise<void> => {
    const state = (await deliveries.activeOf(riderUserId))?.state;
    if (state?.silence && state.riderId) await watchRider({ orderId: state.orderId, riderId: state.riderId });
  };

const lastOf = (position: Position) => ({
  location: position.location,
  at: position.at,
  heardAt: heardAtOf(position),
});
