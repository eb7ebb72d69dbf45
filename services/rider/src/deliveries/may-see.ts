import type { UserPrincipal } from '@tiffin/platform/http/principal';
import type { OwnedRestaurants } from './owned-restaurants.ts';

/** Whether a delivery is this person's to look into: an admin's always, otherwise its restaurant's owner's. */
export const maySee = async (
  { role, userId }: Pick<UserPrincipal<'admin' | 'restaurant'>, 'role' | 'userId'>,
  restaurantId: string | undefined,
  ownedRestaurants: OwnedRestaurants,
): Promise<boolean> =>
  role === 'admin' || (restaurantId !== undefined && (await ownedRestaurants(userId)).includes(restaurantId));
