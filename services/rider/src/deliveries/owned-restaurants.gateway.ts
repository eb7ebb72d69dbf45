import { ownedRestaurants } from '@tiffin/contracts/restaurant-api';
import type { ServiceClient } from '@tiffin/platform/http/service-client';

/** The ids of the restaurants a person owns, as the restaurant service knows them. Throws ServiceUnavailable when it does not answer. */
export type OwnedRestaurants = (ownerId: string) => Promise<readonly string[]>;

export const askOwnedRestaurants =
  (restaurant: ServiceClient): OwnedRestaurants =>
  async (ownerId) => {
    const answer = await restaurant.get(`/api/v1/internal/restaurants?owner=${ownerId}`, ownedRestaurants);
    return answer.ok ? answer.body.items.map(({ restaurantId }) => restaurantId) : [];
  };
