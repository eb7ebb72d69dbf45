import { restaurantList, restaurantReply } from '@tiffin/contracts/restaurant-api';
import { riderReply } from '@tiffin/contracts/rider-api';
import type { CityPlan } from '../city.ts';
import type { Doors } from '../doors.ts';
import { kitchenOwner } from '../kitchen.ts';
import { riderSub } from '../rider.ts';
import { severalAtOnce } from '../several-at-once.ts';

/** So many of each are told at a time: the services have others to answer. */
const AT_ONCE = 4;

/** How many did not hear of it. */
export type StillOut = { readonly riders: number; readonly kitchens: number };

/**
 * The end of a city that did not come to its own: its riders go off duty and its kitchens close, whatever they were doing. They are found
 * by their names, not by what was heard of them, since some may have been on their way to work. Ends when the doors close, at the latest.
 */
export const sendHome = async ({
  plan: { name, riders, kitchens },
  doors,
}: {
  plan: Pick<CityPlan, 'name' | 'riders' | 'kitchens'>;
  doors: Doors;
}): Promise<StillOut> => {
  const stillOut = { riders: 0, kitchens: 0 };

  const offDuty = async (number: number): Promise<void> => {
    const rider = doors.visitor('rider', riderSub(name, number), 'A rider');
    const path = '/api/v1/riders/me/availability';
    const told = await rider.insist('PUT', 'rider', path, riderReply, { isAvailable: false });
    // Refused is one who never came to work.
    if (told.kind === 'no-answer') stillOut.riders += 1;
  };
  const closed = async (number: number): Promise<void> => {
    const owner = doors.visitor('restaurant', kitchenOwner(name, number), 'A kitchen');
    const own = await owner.insist('GET', 'restaurant', '/api/v1/restaurants?owner=me', restaurantList);
    if (own.kind === 'no-answer') stillOut.kitchens += 1;
    for (const { _id, isOpen } of own.kind === 'answered' ? own.body.items : []) {
      if (!isOpen) continue;
      const path = `/api/v1/restaurants/${_id}`;
      const told = await owner.insist('PATCH', 'restaurant', path, restaurantReply, { isOpen: false });
      if (told.kind === 'no-answer') stillOut.kitchens += 1;
    }
  };

  await Promise.all([
    severalAtOnce(AT_ONCE, numbers(riders), offDuty),
    severalAtOnce(AT_ONCE, numbers(kitchens), closed),
  ]);
  return stillOut;
};

const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
