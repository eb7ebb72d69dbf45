import { userId } from '@tiffin/contracts/claims';
import type { Point } from '@tiffin/contracts/geo';
import { itemId, restaurantId } from '@tiffin/contracts/ids';
import {
  addItem as addItemBody,
  changeItem as changeItemBody,
  changeRestaurant as changeRestaurantBody,
  findRestaurants,
  itemList,
  itemReply,
  openRestaurant as openRestaurantBody,
  ownedRestaurants,
  restaurantList,
  restaurantReply,
} from '@tiffin/contracts/restaurant-api';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { created, noContent, ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import type { Stored } from '@tiffin/platform/persistence/stored';
import * as z from 'zod';
import type { RestaurantStore } from './restaurant.store.ts';
import {
  addItem,
  changeItem,
  changeRestaurant,
  itemView,
  openRestaurant,
  type RestaurantState,
  removeItem,
  restaurantView,
} from './restaurant.ts';

const byId = z.strictObject({ id: restaurantId });
const byItemId = z.strictObject({ id: itemId });
const nearbyPosition = z.strictObject({ distanceM: z.number().min(0), after: restaurantId });
const idPosition = z.strictObject({ after: restaurantId });
const DEFAULT_RADIUS_M = 10_000;
const OWNED_LIMIT = 1_000;

const unknownRestaurant = () => problem('not_found', 'There is no such restaurant for you.');
const unknownItem = () => problem('not_found', 'There is no such item for you.');
const badCursor = () => problem('invalid_request', 'The cursor is not one of ours.');

export const restaurantRoutes = ({ restaurants, cursors }: { restaurants: RestaurantStore; cursors: Cursors }) => {
  const view = (stored: Stored<RestaurantState>) => restaurantView({ ...stored, id: restaurantId.parse(stored.id) });

  return [
    route({
      method: 'post',
      path: '/api/v1/restaurants',
      summary: 'Registers a restaurant, closed for now.',
      who: ['restaurant'],
      body: openRestaurantBody,
      replies: { 201: restaurantReply },
      handle: async ({ body, principal, ids, traceparent }) => {
        const id = restaurantId.parse(ids.documentId);
        const { state, events } = openRestaurant(id, principal.userId, body);
        const result = await restaurants.create(id, state, events, { causationId: null, traceparent });
        if (result.kind === 'taken') throw new Error('a fresh restaurant id is taken');
        return created({ restaurant: view(result.stored) });
      },
    }),
    route({
      method: 'patch',
      path: '/api/v1/restaurants/:id',
      summary: 'Opens, closes or describes a restaurant.',
      who: ['restaurant'],
      params: byId,
      body: changeRestaurantBody,
      replies: { 200: restaurantReply },
      problems: ['not_found'],
      handle: async ({ params, body, principal, traceparent }) => {
        const result = await restaurants.change(
          params.id,
          (state) => changeRestaurant(params.id, state, principal.userId, body),
          { causationId: null, traceparent },
        );
        return result.kind === 'missing' ? unknownRestaurant() : ok({ restaurant: view(result.stored) });
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/restaurants',
      summary: 'Restaurants near a place, nearest first; the caller’s own; or for an admin, without a place, all.',
      who: 'signed-in',
      query: findRestaurants,
      replies: { 200: restaurantList },
      handle: async ({ query, principal }) => {
        const { latitude, longitude, radiusM = DEFAULT_RADIUS_M, search, owner, limit, cursor } = query;
        const isPlaced = [latitude, longitude, query.radiusM, search].some((given) => given !== undefined);
        if (owner === 'me' || (principal.role === 'admin' && !isPlaced)) {
          const after = cursor === undefined ? undefined : cursors.decode(cursor, idPosition);
          if (cursor !== undefined && !after) return badCursor();
          const found = await (owner === 'me'
            ? restaurants.ownedBy(principal.userId, after?.after, limit + 1)
            : restaurants.all(after?.after, limit + 1));
          const shown = found.slice(0, limit);
          const last = found.length > limit ? shown.at(-1) : undefined;
          return ok({ items: shown.map(view), nextCursor: last ? cursors.encode({ after: last.id }) : null });
        }
        if (latitude === undefined || longitude === undefined) {
          return problem('invalid_request', 'Give latitude and longitude, or owner=me.');
        }
        const after = cursor === undefined ? undefined : cursors.decode(cursor, nearbyPosition);
        if (cursor !== undefined && !after) return badCursor();
        const at: Point = { type: 'Point', coordinates: [longitude, latitude] };
        const found = await restaurants.near({ at, radiusM, search }, after, limit + 1);
        const items = found.slice(0, limit).map(({ stored, distanceM }) => ({ ...view(stored), distanceM }));
        const last = found.length > limit ? items.at(-1) : undefined;
        return ok({
          items,
          nextCursor: last ? cursors.encode({ distanceM: last.distanceM, after: last._id }) : null,
        });
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/restaurants/:id',
      summary: 'One restaurant.',
      who: 'signed-in',
      params: byId,
      replies: { 200: restaurantReply },
      problems: ['not_found'],
      handle: async ({ params }) => {
        const stored = await restaurants.find(params.id);
        return stored ? ok({ restaurant: view(stored) }) : unknownRestaurant();
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/restaurants/:id/items',
      summary: 'The menu.',
      who: 'signed-in',
      params: byId,
      replies: { 200: itemList },
      problems: ['not_found'],
      handle: async ({ params }) => {
        const stored = await restaurants.find(params.id);
        return stored ? ok({ items: stored.state.menu.map((item) => itemView(params.id, item)) }) : unknownRestaurant();
      },
    }),
    route({
      method: 'post',
      path: '/api/v1/restaurants/:id/items',
      summary: 'Puts a dish on the menu.',
      who: ['restaurant'],
      params: byId,
      body: addItemBody,
      replies: { 201: itemReply },
      problems: ['not_found', 'menu_full'],
      handle: async ({ params, body, principal, ids, traceparent }) => {
        const newId = itemId.parse(ids.documentId);
        const result = await restaurants.change(
          params.id,
          (state) => addItem(params.id, state, principal.userId, newId, body),
          { causationId: null, traceparent },
        );
        if (result.kind === 'missing') return unknownRestaurant();
        if (result.kind === 'conflict') return problem(result.code, result.detail);
        const item = result.stored.state.menu.find(({ _id }) => _id === newId);
        return item ? created({ item: itemView(params.id, item) }) : unknownItem();
      },
    }),
    route({
      method: 'patch',
      path: '/api/v1/items/:id',
      summary: 'Changes a dish.',
      who: ['restaurant'],
      params: byItemId,
      body: changeItemBody,
      replies: { 200: itemReply },
      problems: ['not_found'],
      handle: async ({ params, body, principal, traceparent }) => {
        const on = await restaurants.withItem(params.id);
        if (on === undefined) return unknownItem();
        const id = restaurantId.parse(on);
        const result = await restaurants.change(
          id,
          (state) => changeItem(id, state, principal.userId, params.id, body),
          { causationId: null, traceparent },
        );
        if (result.kind === 'missing') return unknownItem();
        const item = result.stored.state.menu.find(({ _id }) => _id === params.id);
        return item ? ok({ item: itemView(id, item) }) : unknownItem();
      },
    }),
    route({
      method: 'delete',
      path: '/api/v1/items/:id',
      summary: 'Takes a dish off the menu.',
      who: ['restaurant'],
      params: byItemId,
      replies: { 204: null },
      problems: ['not_found'],
      handle: async ({ params, principal, traceparent }) => {
        const on = await restaurants.withItem(params.id);
        if (on === undefined) return unknownItem();
        const id = restaurantId.parse(on);
        const result = await restaurants.change(id, (state) => removeItem(id, state, principal.userId, params.id), {
          causationId: null,
          traceparent,
        });
        return result.kind === 'missing' ? unknownItem() : noContent();
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/internal/restaurants',
      summary: 'The restaurants a person owns.',
      who: 'service',
      query: z.strictObject({ owner: userId }),
      replies: { 200: ownedRestaurants },
      handle: async ({ query }) => {
        const owned = await restaurants.ownedBy(query.owner, undefined, OWNED_LIMIT);
        return ok({ items: owned.map(({ id }) => ({ restaurantId: restaurantId.parse(id) })) });
      },
    }),
  ];
};
