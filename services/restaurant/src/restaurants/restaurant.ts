import type { UserId } from '@tiffin/contracts/claims';
import { userId } from '@tiffin/contracts/claims';
import type { EventData } from '@tiffin/contracts/event-catalogue';
import { point } from '@tiffin/contracts/geo';
import { type ItemId, itemId, type RestaurantId } from '@tiffin/contracts/ids';
import { positivePaise } from '@tiffin/contracts/money';
import type {
  AddItem,
  ChangeItem,
  ChangeRestaurant,
  ItemView,
  OpenRestaurant,
  RestaurantView,
} from '@tiffin/contracts/restaurant-api';
import { changed, conflict, type Decision, notTheirs, unchanged } from '@tiffin/platform/persistence/decision';
import * as z from 'zod';

const menuItem = z.object({
  _id: itemId,
  name: z.string(),
  description: z.string().optional(),
  pricePaise: positivePaise,
  isAvailable: z.boolean(),
});
export type MenuItem = z.infer<typeof menuItem>;

/** A restaurant with its menu: one document, so that an order is priced from one read. */
export const restaurantState = z.object({
  ownerId: userId,
  name: z.string(),
  description: z.string().optional(),
  phone: z.string(),
  formattedAddress: z.string(),
  location: point,
  isOpen: z.boolean(),
  menu: z.array(menuItem),
});
export type RestaurantState = z.infer<typeof restaurantState>;

export type RestaurantEvent =
  | { type: 'RESTAURANT_CHANGED'; version: 1; data: EventData<'RESTAURANT_CHANGED'> }
  | { type: 'MENU_CHANGED'; version: 1; data: EventData<'MENU_CHANGED'> };

type RestaurantDecision = Decision<RestaurantState, RestaurantEvent>;

const MENU_LIMIT = 500;

const restaurantChanged = (id: RestaurantId, { ownerId, name, isOpen }: RestaurantState): RestaurantEvent => ({
  type: 'RESTAURANT_CHANGED',
  version: 1,
  data: { restaurantId: id, ownerId, name, isOpen },
});

const menuChanged = (
  id: RestaurantId,
  { ownerId }: RestaurantState,
  change: 'added' | 'changed' | 'removed',
  item: MenuItem,
): RestaurantEvent => ({
  type: 'MENU_CHANGED',
  version: 1,
  data: { restaurantId: id, ownerId, change, item: itemView(id, item) },
});

/** A new restaurant: closed, with an empty menu. */
export const openRestaurant = (id: RestaurantId, ownerId: UserId, given: OpenRestaurant) => {
  const { description, ...rest } = given;
  const state: RestaurantState = {
    ...rest,
    ...(description === undefined ? {} : { description }),
    ownerId,
    isOpen: false,
    menu: [],
  };
  return { state, events: [restaurantChanged(id, state)] };
};

export const changeRestaurant = (
  id: RestaurantId,
  state: RestaurantState,
  by: UserId,
  given: ChangeRestaurant,
): RestaurantDecision => {
  if (state.ownerId !== by) return notTheirs;
  const next = { ...state, ...present(given) };
  if (JSON.stringify(next) === JSON.stringify(state)) return unchanged;
  return changed(next, restaurantChanged(id, next));
};

export const addItem = (
  id: RestaurantId,
  state: RestaurantState,
  by: UserId,
  newId: ItemId,
  given: AddItem,
): RestaurantDecision => {
  if (state.ownerId !== by) return notTheirs;
  if (state.menu.length >= MENU_LIMIT) return conflict('menu_full', `A menu holds at most ${MENU_LIMIT} items.`);
  const { description, ...rest } = given;
  const item: MenuItem = {
    _id: newId,
    ...rest,
    ...(description === undefined ? {} : { description }),
    isAvailable: true,
  };
  return changed({ ...state, menu: [...state.menu, item] }, menuChanged(id, state, 'added', item));
};

export const changeItem = (
  id: RestaurantId,
  state: RestaurantState,
  by: UserId,
  itemId: ItemId,
  given: ChangeItem,
): RestaurantDecision => {
  const item = state.menu.find(({ _id }) => _id === itemId);
  if (state.ownerId !== by || !item) return notTheirs;
  const next = { ...item, ...present(given) };
  if (JSON.stringify(next) === JSON.stringify(item)) return unchanged;
  const menu = state.menu.map((other) => (other === item ? next : other));
  return changed({ ...state, menu }, menuChanged(id, state, 'changed', next));
};

export const removeItem = (
  id: RestaurantId,
  state: RestaurantState,
  by: UserId,
  itemId: ItemId,
): RestaurantDecision => {
  const item = state.menu.find(({ _id }) => _id === itemId);
  if (state.ownerId !== by || !item) return notTheirs;
  return changed(
    { ...state, menu: state.menu.filter((other) => other !== item) },
    menuChanged(id, state, 'removed', item),
  );
};

export const itemView = (restaurantId: RestaurantId, item: MenuItem): ItemView => ({ ...item, restaurantId });

export const restaurantView = ({
  id,
  state,
  seq,
  createdAt,
  updatedAt,
}: {
  id: RestaurantId;
  state: RestaurantState;
  seq: number;
  createdAt: Date;
  updatedAt: Date;
}): RestaurantView => {
  const { menu: _, ...facts } = state;
  return { _id: id, ...facts, seq, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
};

// A field that is not given keeps its value; `undefined` must not overwrite it.
const present = <Given extends object>(given: Given): { [K in keyof Given]: Exclude<Given[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof Given]: Exclude<Given[K], undefined>;
  };
