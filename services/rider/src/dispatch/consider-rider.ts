import type { Clock } from '@tiffin/platform/clock';
import { changed, unchanged } from '@tiffin/platform/persistence/decision';
import type { DeliveryStore } from '../deliveries/delivery.store.ts';
import type { RiderStore } from '../riders/rider.store.ts';
import type { Turns } from './turns.ts';

/** How many waiting searches one rider wakes: he can take one job, and the others are asked again by their own timers. */
const WOKEN_SEARCHES = 10;

export type ConsiderRider = (riderUserId: string) => Promise<void>;

/**
 * A rider came on duty, became free or can be seen again: the searches around him look once more, at once. Whether he is asked is
 * decided by each search as always; without this he would be found at its next turn.
 */
export const createConsiderRider =
  ({
    riders,
    deliveries,
    turns,
    reachM,
    freshMs,
    now,
  }: {
    riders: Pick<RiderStore, 'findByUser'>;
    deliveries: Pick<DeliveryStore, 'openNear'>;
    turns: Turns;
    /** The widest search radius. */
    reachM: number;
    freshMs: number;
    now: Clock;
  }): ConsiderRider =>
  async (riderUserId) => {
    const rider = await riders.findByUser(riderUserId);
    if (!rider?.position) return;
    const { isAvailable, isVerified } = rider.stored.state;
    if (!isAvailable || !isVerified || now().getTime() - rider.position.at.getTime() > freshMs) return;

    for (const orderId of await deliveries.openNear(rider.position.location, reachM, WOKEN_SEARCHES)) {
      const look = turns.takeAndSearch(orderId, (state) => (state.open ? changed(state) : unchanged), NO_CAUSE, {
        nudged: true,
      });
      await look;
    }
  };

const NO_CAUSE = { causationId: null };
