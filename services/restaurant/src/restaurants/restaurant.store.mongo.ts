import { type AggregateOptions, createAggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import mongoose from 'mongoose';
import type { RestaurantStore } from './restaurant.store.ts';
import { type RestaurantEvent, type RestaurantState, restaurantState } from './restaurant.ts';

type Kept = Pick<AggregateOptions<RestaurantState>, 'connection' | 'relay' | 'publish' | 'now'>;

/** A restaurant lives for years: the document keeps its newest events, the event log keeps all. */
const KEEP_EVENTS = 200;

export const createMongoRestaurantStore = (kept: Kept) => {
  const store = createAggregateStore<RestaurantState, RestaurantEvent>({
    ...kept,
    collection: 'restaurants',
    aggregate: 'restaurant',
    state: restaurantState,
    keepEvents: KEEP_EVENTS,
    indexes: [[{ 'state.location': '2dsphere' }], [{ 'state.ownerId': 1, _id: 1 }], [{ 'state.menu._id': 1 }]],
  });
  const { model, read } = store;

  const near: RestaurantStore['near'] = async ({ at, radiusM, search }, after, limit) => {
    const documents = await model
      .find(
        {
          'state.location': mongoose.trusted({
            $near: { $geometry: at, $maxDistance: radiusM, $minDistance: after?.distanceM ?? 0 },
          }),
          ...(search === undefined
            ? {}
            : { 'state.name': mongoose.trusted({ $regex: escaped(search), $options: 'i' }) }),
          ...(after
            ? { _id: mongoose.trusted({ $nin: after.shown.map((id) => new mongoose.Types.ObjectId(id)) }) }
            : {}),
        },
        { stream: 0, 'state.menu': 0 },
      )
      .limit(limit)
      .lean();
    return documents.map(withoutMenu).map(read);
  };

  const ownedBy: RestaurantStore['ownedBy'] = async (ownerId, after, limit) => {
    const documents = await model
      .find(
        {
          'state.ownerId': ownerId,
          ...(after ? { _id: mongoose.trusted({ $gt: new mongoose.Types.ObjectId(after) }) } : {}),
        },
        { stream: 0, 'state.menu': 0 },
      )
      .sort({ _id: 1 })
      .limit(limit)
      .lean();
    return documents.map(withoutMenu).map(read);
  };

  const withItem: RestaurantStore['withItem'] = async (itemId) => {
    const found = await model.findOne({ 'state.menu._id': itemId }, { _id: 1 }).lean();
    return found ? String(found._id) : undefined;
  };

  return { ...store, near, ownedBy, withItem };
};

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// A list shows no menus, so they are not fetched; the state's schema still wants one.
const withoutMenu = <Document extends { state: unknown }>(document: Document): Document => ({
  ...document,
  state: { ...(document.state as object), menu: [] },
});
