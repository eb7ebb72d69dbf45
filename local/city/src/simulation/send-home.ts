import { restaurantList, restaurantReply } from '@tiffin/contracts/restaurant-api';
import { riderReply } from '@tiffin/contracts/rider-api';
import type { Doors } from '../doors.ts';
import { severalAtOnce } from '../several-at-once.ts';
import type { Sightings } from './sightings.ts';

/** So many of each are told at a time: the services have others to answer. */
const AT_ONCE = 8;

/** How many did not hear of it. */
export type StillOut = { readonly riders: number; readonly kitchens: number };

/**
 * The end of a city that did not come to its own: its riders go off duty and its kitchens close, whatever they were doing, those too who
 * were only on their way to work. Ends when the doors close, at the latest.
 */
export const sendHome = async ({
  workers,
  doors,
}: {
  workers: Sightings['workers'];
  doors: Doors;
}): Promise<StillOut> => {
  const stillOut = { riders: 0, kitchens: 0 };

  const offDuty = async (sub: string): Promise<void> => {
    const rider = doors.visitor('rider', sub, 'A rider');
    const path = '/api/v1/riders/me/availability';
    const told = await rider.insist('PUT', 'rider', path, riderReply, { isAvailable: false });
    // Refused is one who never got there.
    if (told.kind === 'no-answer') stillOut.riders += 1;
  };
  const closed = async (sub: string): Promise<void> => {
    const owner = doors.visitor('restaurant', sub, 'A kitchen');
    const own = await owner.insist('GET', 'restaurant', '/api/v1/restaurants?owner=me', restaurantList);
    if (own.kind === 'no-answer') stillOut.kitchens += 1;
    for (const { _id, isOpen } of own.kind === 'answered' ? own.body.items : []) {
      if (!isOpen) continue;
      const path = `/api/v1/restaurants/${_id}`;
      const told = await owner.insist('PATCH', 'restaurant', path, restaurantReply, { isOpen: false });
      if (told.kind === 'no-answer') stillOut.kitchens += 1;
    }
  };

  await Promise.all([severalAtOnce(AT_ONCE, workers.rider, offDuty), severalAtOnce(AT_ONCE, workers.kitchen, closed)]);
  return stillOut;
};
