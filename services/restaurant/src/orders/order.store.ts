import type { OrderStatus } from '@tiffin/contracts/order-api';
import type { AggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import type { Stored } from '@tiffin/platform/persistence/stored';
import type { OrderEvent, OrderState } from './order.ts';

export type OrderFilter = {
  readonly whose:
    | { readonly userId: string }
    | { readonly restaurantOwnerId: string; readonly restaurantId?: string | undefined }
    | { readonly restaurantId: string }
    | 'everybody';
  /** In any of these; unset: in whatever status. */
  readonly statuses?: readonly OrderStatus[] | undefined;
  /** Made after this moment. */
  readonly orderedAfter?: string | undefined;
};

/** Where a page of orders goes on: after the order made at this time with this id. */
export type OrderPosition = { readonly createdAt: string; readonly id: string };

export type OrderStore = Pick<AggregateStore<OrderState, OrderEvent>, 'find' | 'create' | 'change' | 'history'> & {
  /** Newest first, at most `limit`, none twice. An order that moves on meanwhile is found in its new status or its old one. */
  list(filter: OrderFilter, after: OrderPosition | undefined, limit: number): Promise<readonly Stored<OrderState>[]>;
};
