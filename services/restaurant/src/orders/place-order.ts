import type { UserId } from '@tiffin/contracts/claims';
import { distanceM } from '@tiffin/contracts/geo';
import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderLine, PlaceOrder } from '@tiffin/contracts/order-api';
import { type Clock, SECOND } from '@tiffin/platform/clock';
import type { Cause, Stored } from '@tiffin/platform/persistence/stored';
import type { RestaurantStore } from '../restaurants/restaurant.store.ts';
import type { MenuItem, RestaurantState } from '../restaurants/restaurant.ts';
import type { OrderStore } from './order.store.ts';
import { factsOf, type OrderState, orderEvent } from './order.ts';
import { type Prices, priceOrder } from './prices.ts';

export type PlaceOrderPolicy = { readonly paymentWindowS: number; readonly deliveryRadiusM: number };

export type Placed =
  | { kind: 'placed'; order: Stored<OrderState> }
  | { kind: 'no-such-restaurant' | 'restaurant-closed' | 'out-of-zone' | 'too-large' }
  | { kind: 'item-unavailable'; position: number };

/**
 * A customer orders: priced from the menu, never from the client, and waiting for its money until `expiresAt`. The id is given from outside,
 * so that a repeated request after a crash finds the order it already made.
 */
export const placeOrder =
  ({
    orders,
    restaurants,
    policy,
    now,
  }: {
    orders: OrderStore;
    restaurants: RestaurantStore;
    policy: PlaceOrderPolicy;
    now: Clock;
  }) =>
  async (id: OrderId, customer: UserId, wish: PlaceOrder, cause: Cause): Promise<Placed> => {
    const restaurant = await restaurants.find(wish.restaurantId);
    if (!restaurant) return { kind: 'no-such-restaurant' };
    if (!restaurant.state.isOpen) return { kind: 'restaurant-closed' };
    if (distanceM(restaurant.state.location, wish.deliveryAddress.location) > policy.deliveryRadiusM)
      return { kind: 'out-of-zone' };
    const lines = linesOf(restaurant.state, wish.items);
    if (lines.kind === 'item-unavailable') return lines;

    const prices = priceOrder(lines.items);
    if (!prices) return { kind: 'too-large' };

    const state = newOrder(
      customer,
      restaurant.state,
      wish,
      { items: lines.items, ...prices },
      new Date(now().getTime() + policy.paymentWindowS * SECOND),
    );
    const event = orderEvent('ORDER_CREATED', { ...factsOf(id, state), expiresAt: state.expiresAt });
    const result = await orders.create(id, state, [event], cause);
    if (result.kind === 'committed') return { kind: 'placed', order: result.stored };

    const earlier = await orders.find(id);
    if (!earlier) throw new Error('an order id is taken and cannot be found');
    return { kind: 'placed', order: earlier };
  };

const linesOf = (
  { menu }: RestaurantState,
  wishes: PlaceOrder['items'],
): { kind: 'lines'; items: OrderLine[] } | { kind: 'item-unavailable'; position: number } => {
  const byId = new Map<string, MenuItem>(menu.map((item) => [item._id, item]));
  const items: OrderLine[] = [];
  for (const [position, { itemId, quantity }] of wishes.entries()) {
    const item = byId.get(itemId);
    if (!item?.isAvailable) return { kind: 'item-unavailable', position };
    items.push({ itemId, name: item.name, pricePaise: item.pricePaise, quantity });
  }
  return { kind: 'lines', items };
};

const newOrder = (
  customer: UserId,
  restaurant: RestaurantState,
  { restaurantId, deliveryAddress }: PlaceOrder,
  priced: Prices & { items: OrderLine[] },
  expiresAt: Date,
): OrderState & { expiresAt: string } => ({
  userId: customer,
  restaurantId,
  restaurantOwnerId: restaurant.ownerId,
  restaurantName: restaurant.name,
  ...priced,
  currency: 'INR',
  deliveryAddress,
  pickup: restaurant.location,
  status: 'pending_payment',
  paymentStatus: 'pending',
  expiresAt: expiresAt.toISOString(),
  refusedPayments: [],
  refunds: [],
});
