import type { OrderStatus } from '@tiffin/contracts/order-api';
import type { AggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import type { Stored } from '@tiffin/platform/persistence/stored';
import type { OrderEvent, OrderState } from './order.ts';

export type OrderFilter =
  | { readonly userId: string; readonly status?: OrderStatus | undefined }
  | {
      readonly restaurantOwnerId: string;
      readonly restaurantId?: string | undefined;
      readonly status?: OrderStatus | undefined;
    };

/** Where a page of orders goes on: after the order made at this time with this id. */
export type OrderPosition = { readonly createdAt: string; readonly id: string };

export type OrderStore = Pick<AggregateStore<OrderState, OrderEvent>, 'find' | 'create' | 'change' | 'history'> & {
  /** Newest first, at most `limit`. */
  list(filter: OrderFilter, after: OrderPosition | undefined, limit: number): Promise<readonly Stored<OrderState>[]>;
};
