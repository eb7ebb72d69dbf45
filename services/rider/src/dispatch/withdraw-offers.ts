import type { DeliveryStore } from '../deliveries/delivery.store.ts';
import { revoke } from '../deliveries/offers.ts';
import type { Turns } from './turns.ts';

export type WithdrawOffers = (riderUserId: string, because: 'busy' | 'off_duty') => Promise<void>;

/** Takes every open offer back from a rider who cannot have them any more, so that those searches go on now and not when they expire. */
export const createWithdrawOffers =
  ({ deliveries, turns }: { deliveries: Pick<DeliveryStore, 'offeredTo'>; turns: Turns }): WithdrawOffers =>
  async (riderUserId, because) => {
    for (const { id } of await deliveries.offeredTo(riderUserId)) {
      await turns.takeAndSearch(id, (state) => revoke(state, riderUserId, because), { causationId: null });
    }
  };
