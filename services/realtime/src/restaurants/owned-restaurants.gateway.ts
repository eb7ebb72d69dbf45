import { ownedRestaurants } from '@tiffin/contracts/restaurant-api';
import type { ServiceClient } from '@tiffin/platform/http/service-client';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { OwnedRestaurants } from './owned-restaurants.ts';

/** Asks the restaurant service. */
export const createOwnedRestaurants =
  ({ restaurant, logger }: { restaurant: ServiceClient; logger: Logger }): OwnedRestaurants =>
  async (userId) => {
    try {
      const path = `/api/v1/internal/restaurants?owner=${encodeURIComponent(userId)}`;
      const reply = await restaurant.get(path, ownedRestaurants);
      if (reply.ok) return reply.body.items.map(({ restaurantId }) => restaurantId);
      logger.warn({ code: reply.code }, 'the restaurants of a person were refused');
    } catch (error) {
      logger.warn({ err: error }, 'the restaurants of a person could not be asked for');
    }
    return undefined;
  };
