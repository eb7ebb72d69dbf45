import * as z from 'zod';
import { userId } from './claims.ts';
import { point } from './geo.ts';
import { itemId, restaurantId } from './ids.ts';
import { positivePaise } from './money.ts';
import { line, phone } from './text.ts';
import { instant } from './time.ts';

export const restaurant = z.object({
  _id: restaurantId,
  ownerId: userId,
  name: z.string(),
  description: z.string().optional(),
  phone: z.string(),
  formattedAddress: z.string(),
  location: point,
  isOpen: z.boolean(),
  seq: z.int(),
  createdAt: instant,
  updatedAt: instant,
});
export type RestaurantView = z.infer<typeof restaurant>;

export const restaurantReply = z.object({ restaurant });
/** `distanceM` where the list was asked for around a position. */
export const nearbyRestaurant = restaurant.extend({ distanceM: z.number().optional() });
export const restaurantList = z.object({ items: z.array(nearbyRestaurant), nextCursor: z.string().nullable() });

export const item = z.object({
  _id: itemId,
  restaurantId,
  name: z.string(),
  description: z.string().optional(),
  pricePaise: positivePaise,
  isAvailable: z.boolean(),
});
export type ItemView = z.infer<typeof item>;

export const itemReply = z.object({ item });
export const itemList = z.object({ items: z.array(item) });

export const openRestaurant = z.strictObject({
  name: line({ max: 120 }),
  description: line({ max: 500 }).optional(),
  phone,
  formattedAddress: line({ max: 300 }),
  location: point,
});
export type OpenRestaurant = z.infer<typeof openRestaurant>;

export const changeRestaurant = z.strictObject({
  isOpen: z.boolean().optional(),
  name: line({ max: 120 }).optional(),
  description: line({ max: 500 }).optional(),
  phone: phone.optional(),
});
export type ChangeRestaurant = z.infer<typeof changeRestaurant>;

export const addItem = z.strictObject({
  name: line({ max: 120 }),
  description: line({ max: 500 }).optional(),
  pricePaise: positivePaise.max(10_000_000),
});
export type AddItem = z.infer<typeof addItem>;

export const changeItem = z.strictObject({
  isAvailable: z.boolean().optional(),
  pricePaise: positivePaise.max(10_000_000).optional(),
  name: line({ max: 120 }).optional(),
  description: line({ max: 500 }).optional(),
});
export type ChangeItem = z.infer<typeof changeItem>;

const decimal = z
  .string()
  .regex(/^-?[0-9]{1,3}(?:\.[0-9]{1,15})?$/, 'must be a decimal number')
  .transform(Number);

/** Nearest first around a position, the caller's own with `owner=me`, or for an admin without a position every restaurant. */
export const findRestaurants = z.strictObject({
  latitude: decimal.pipe(z.number().min(-90).max(90)).optional(),
  longitude: decimal.pipe(z.number().min(-180).max(180)).optional(),
  radiusM: z
    .string()
    .regex(/^[1-9][0-9]{0,5}$/, 'must be whole metres from 1')
    .transform(Number)
    .pipe(z.number().max(50_000))
    .optional(),
  search: line({ max: 60 }).optional(),
  owner: z.literal('me').optional(),
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .default(20),
  cursor: z.string().max(1024).optional(),
});

/** What another service may ask: the restaurants a person owns. */
export const ownedRestaurants = z.object({ items: z.array(z.object({ restaurantId })) });
