import type { RestaurantId } from '@tiffin/contracts/ids';

/** The restaurants a person owns; undefined when their owner, the restaurant service, cannot be asked now. Never rejects. */
export type OwnedRestaurants = (userId: string) => Promise<readonly RestaurantId[] | undefined>;
