import type { Point } from '@tiffin/contracts/geo';
import type { AggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import type { Stored } from '@tiffin/platform/persistence/stored';
import type { RestaurantEvent, RestaurantState } from './restaurant.ts';

/** Where a page of nearby restaurants goes on: past this distance, and at it past this id. */
export type NearbyPosition = { readonly distanceM: number; readonly after: string };

/** A restaurant and how far away the store found it, in metres: the number its order goes by. */
export type NearbyRestaurant = { readonly stored: Stored<RestaurantState>; readonly distanceM: number };

export type RestaurantStore = Pick<AggregateStore<RestaurantState, RestaurantEvent>, 'find' | 'create' | 'change'> & {
  /** Nearest first and by id at one distance, at most `limit`, whose name holds `search`. */
  near(
    query: { at: Point; radiusM: number; search?: string | undefined },
    after: NearbyPosition | undefined,
    limit: number,
  ): Promise<readonly NearbyRestaurant[]>;
  /** Every restaurant, in the order of ids, after the given one. */
  all(after: string | undefined, limit: number): Promise<readonly Stored<RestaurantState>[]>;
  /** Everything a person owns, oldest first, after the given id. */
  ownedBy(ownerId: string, after: string | undefined, limit: number): Promise<readonly Stored<RestaurantState>[]>;
  /** The id of the restaurant on whose menu an item stands. */
  withItem(itemId: string): Promise<string | undefined>;
};
