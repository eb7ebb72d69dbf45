import * as z from 'zod';
import { userId } from './claims.ts';
import { restaurantId } from './ids.ts';
import { item } from './restaurant-api.ts';

export const restaurantEvents = {
  RESTAURANT_CHANGED: {
    aggregate: 'restaurant',
    versions: { 1: z.object({ restaurantId, ownerId: userId, name: z.string(), isOpen: z.boolean() }) },
  },
  MENU_CHANGED: {
    aggregate: 'restaurant',
    versions: {
      1: z.object({ restaurantId, ownerId: userId, change: z.enum(['added', 'changed', 'removed']), item }),
    },
  },
} as const;
