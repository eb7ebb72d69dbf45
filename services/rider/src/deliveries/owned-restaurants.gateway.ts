import { ownedRestaurants } from '@tiffin/contracts/restaurant-api';
import type { ServiceClient } from '@tiffin/platform/http/service-client';
import type { OwnedRestaurants } from './owned-restaurants.ts';

/** Asks the restaurant service under our own name. */
export const askOwnedRestaurants =
  (restaurant: ServiceClient): OwnedRestaurants =>
  async (ownerId) => {
    const answer = await restaurant.get(`/api/v1/internal/restaurants?owner=${ownerId}`, ownedRestaurants);
    return answer.ok ? answer.body.items.map(({ restaurantId }) => restaurantId) : [];
  };
