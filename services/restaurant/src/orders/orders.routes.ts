import { type OrderId, orderId, type RestaurantId } from '@tiffin/contracts/ids';
import {
  acceptOrder,
  cancelOrder,
  listOrders,
  orderEvents,
  orderList,
  orderReply,
  placeOrder as placeOrderBody,
  rejectOrder,
} from '@tiffin/contracts/order-api';
import type { Cursors } from '@tiffin/platform/http/pagination';
import type { UserPrincipal } from '@tiffin/platform/http/principal';
import { created, ok, problem, type Reply } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import type { Stored } from '@tiffin/platform/persistence/stored';
import * as z from 'zod';
import type { commandOrder, OrderCommand } from './command-order.ts';
import type { EtaNow } from './eta.ts';
import type { OrderFilter, OrderStore } from './order.store.ts';
import { eventView, type OrderState, orderView } from './order.ts';
import type { placeOrder } from './place-order.ts';

export type OrderDoors = {
  readonly orders: OrderStore;
  readonly placeOrder: ReturnType<typeof placeOrder>;
  readonly commandOrder: ReturnType<typeof commandOrder>;
  readonly cursors: Cursors;
  readonly etaNow: EtaNow;
  /** The code at the door, shown to the order's customer only; undefined when codes are off. */
  readonly codeFor?: (id: OrderId) => string;
};

const byId = z.strictObject({ id: orderId });
const position = z.strictObject({ createdAt: z.string(), id: orderId });
const unknownOrder = () => problem('not_found', 'There is no such order for you.');

export const orderRoutes = ({ orders, placeOrder, commandOrder, cursors, etaNow, codeFor }: OrderDoors) => {
  const view = (stored: Stored<OrderState>, viewer: UserPrincipal) => {
    const id = orderId.parse(stored.id);
    const code = codeFor && viewer.userId === stored.state.userId ? { deliveryCode: codeFor(id) } : {};
    return { ...orderView({ ...stored, id }, etaNow(stored.state)), ...code };
  };

  const command = async (
    id: OrderId,
    principal: UserPrincipal<'customer' | 'restaurant' | 'admin'>,
    wish: OrderCommand,
    traceparent: string,
  ): Promise<Reply> => {
    const result = await commandOrder(id, principal, wish, { causationId: null, traceparent });
    switch (result.kind) {
      case 'missing':
        return unknownOrder();
      case 'conflict':
        return problem(result.code, result.detail);
      case 'committed':
      case 'unchanged':
        return ok({ order: view(result.stored, principal) });
      case 'nothing-new':
      case 'broken-rule':
        throw new Error(`a command was answered ${result.kind}`);
    }
  };

  return [
    route({
      method: 'post',
      path: '/api/v1/orders',
      summary: 'Orders dishes; the order waits for its payment.',
      who: ['customer'],
      body: placeOrderBody,
      replies: { 201: orderReply },
      problems: ['not_found', 'restaurant_closed', 'item_unavailable', 'out_of_zone', 'order_too_large'],
      idempotent: true,
      handle: async ({ body, principal, ids, traceparent }) => {
        const id = orderId.parse(ids.documentId);
        const placed = await placeOrder(id, principal.userId, body, { causationId: null, traceparent });
        switch (placed.kind) {
          case 'placed':
            return created({ order: view(placed.order, principal) });
          case 'no-such-restaurant':
            return problem('not_found', 'There is no such restaurant.');
          case 'restaurant-closed':
            return problem('restaurant_closed', 'The restaurant takes no orders now.');
          case 'out-of-zone':
            return problem('out_of_zone', 'The address is too far from the restaurant.');
          case 'too-large':
            return problem('order_too_large', 'No order may come to more than ten crore rupees.');
          case 'item-unavailable': {
            const pointer = `/items/${placed.position}/itemId`;
            return problem('item_unavailable', 'An item is not on the menu or not available.', {
              errors: [{ pointer, detail: 'is not available' }],
            });
          }
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/orders',
      summary: "A customer's own orders, those of an owner's restaurants, or for an admin everybody's; newest first.",
      who: ['customer', 'restaurant', 'admin'],
      query: listOrders,
      replies: { 200: orderList },
      handle: async ({ query, principal }) => {
        const after = query.cursor === undefined ? undefined : cursors.decode(query.cursor, position);
        if (query.cursor !== undefined && !after) return problem('invalid_request', 'The cursor is not one of ours.');
        const { status: statuses, orderedAfter } = query;
        const whose = inSight(principal, query.restaurantId);
        const found = await orders.list({ whose, statuses, orderedAfter }, after, query.limit + 1);
        const shown = found.slice(0, query.limit);
        const last = found.length > query.limit ? shown.at(-1) : undefined;
        return ok({
          items: shown.map((stored) => view(stored, principal)),
          nextCursor: last ? cursors.encode({ createdAt: last.createdAt.toISOString(), id: last.id }) : null,
        });
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/orders/:id',
      summary: 'One order, for its customer, its restaurant, its assigned rider or an admin.',
      who: 'signed-in',
      params: byId,
      replies: { 200: orderReply },
      problems: ['not_found'],
      handle: async ({ params, principal }) => {
        const stored = await orders.find(params.id);
        return stored && maySee(stored.state, principal) ? ok({ order: view(stored, principal) }) : unknownOrder();
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/orders/:id/events',
      summary: 'The whole history of an order, in order.',
      who: 'signed-in',
      params: byId,
      replies: { 200: orderEvents },
      problems: ['not_found'],
      handle: async ({ params, principal }) => {
        const stored = await orders.find(params.id);
        if (!stored || !maySee(stored.state, principal)) return unknownOrder();
        const history = (await orders.history(params.id)) ?? [];
        return ok({ items: history.map(eventView) });
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/orders/:id/accept',
      summary: 'The kitchen takes the order.',
      who: ['restaurant'],
      params: byId,
      body: acceptOrder,
      replies: { 200: orderReply },
      problems: ['not_found', 'order_conflict'],
      handle: ({ params, body, principal, traceparent }) =>
        command(params.id, principal, { kind: 'accept', ...body }, traceparent),
    }),
    route({
      method: 'post',
      path: '/api/v1/orders/:id/reject',
      summary: 'The kitchen does not take the order; the money goes back.',
      who: ['restaurant'],
      params: byId,
      body: rejectOrder,
      replies: { 200: orderReply },
      problems: ['not_found', 'order_conflict'],
      handle: ({ params, body, principal, traceparent }) =>
        command(params.id, principal, { kind: 'reject', ...body }, traceparent),
    }),
    route({
      method: 'post',
      path: '/api/v1/orders/:id/prepare',
      summary: 'The kitchen begins.',
      who: ['restaurant'],
      params: byId,
      replies: { 200: orderReply },
      problems: ['not_found', 'order_conflict'],
      handle: ({ params, principal, traceparent }) => command(params.id, principal, { kind: 'prepare' }, traceparent),
    }),
    route({
      method: 'post',
      path: '/api/v1/orders/:id/ready',
      summary: 'The food is ready; the search for a rider begins.',
      who: ['restaurant'],
      params: byId,
      replies: { 200: orderReply },
      problems: ['not_found', 'order_conflict'],
      handle: ({ params, principal, traceparent }) => command(params.id, principal, { kind: 'ready' }, traceparent),
    }),
    route({
      method: 'post',
      path: '/api/v1/orders/:id/cancel',
      summary: 'Ends the order before its trip; what was paid goes back.',
      who: ['customer', 'restaurant', 'admin'],
      params: byId,
      body: cancelOrder,
      replies: { 200: orderReply },
      problems: ['not_found', 'order_conflict'],
      handle: ({ params, body, principal, traceparent }) =>
        command(params.id, principal, { kind: 'cancel', ...body }, traceparent),
    }),
  ];
};

/** Whose orders a list may show; `restaurantId` narrows it for those who have several to choose from. */
const inSight = (
  { userId, role }: UserPrincipal<'customer' | 'restaurant' | 'admin'>,
  restaurantId: RestaurantId | undefined,
): OrderFilter['whose'] => {
  switch (role) {
    case 'customer':
      return { userId };
    case 'restaurant':
      return { restaurantOwnerId: userId, restaurantId };
    case 'admin':
      return restaurantId === undefined ? 'everybody' : { restaurantId };
  }
};

/** Its customer, its restaurant, its assigned rider, an admin; to everybody else the order is not there. */
const maySee = (state: OrderState, { userId, role }: UserPrincipal): boolean => {
  switch (role) {
    case 'customer':
      return state.userId === userId;
    case 'restaurant':
      return state.restaurantOwnerId === userId;
    case 'rider':
      return state.rider?.riderUserId === userId;
    case 'admin':
      return true;
  }
};
