import { type AggregateOptions, createAggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import mongoose, { type PipelineStage } from 'mongoose';
import * as z from 'zod';
import type { NearbyPosition, RestaurantStore } from './restaurant.store.ts';
import { type RestaurantEvent, type RestaurantState, restaurantState } from './restaurant.ts';

type Kept = Pick<AggregateOptions<RestaurantState>, 'connection' | 'relay' | 'publish' | 'now'>;

/** A restaurant lives for years: the document keeps its newest events, the event log keeps all. */
const KEEP_EVENTS = 200;
/** A bound may be turned into radians and back before it is compared: it lies a little wide of what it must let through. */
const DISTANCE_TOLERANCE_M = 0.01;

const distanceOf = z.object({ distanceM: z.number() });

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
    const within = (maxDistance: number): [PipelineStage, ...PipelineStage[]] => [
      {
        $geoNear: {
          near: at,
          key: 'state.location',
          distanceField: 'distanceM',
          spherical: true,
          minDistance: Math.max(0, (after?.distanceM ?? 0) - DISTANCE_TOLERANCE_M),
          maxDistance,
          query: search === undefined ? {} : { 'state.name': { $regex: escaped(search), $options: 'i' } },
        },
      },
      ...(after ? [{ $match: past(after) }] : []),
    ];
    // By distance alone the index answers in order and may stop early; by id as well all that is read must be sorted. So the first
    // question finds how far the page reaches, and the second sorts no more than the page and its neighbours at that distance.
    const reached = await model.aggregate<unknown>([
      ...within(radiusM),
      { $limit: limit },
      { $project: { _id: 0, distanceM: 1 } },
    ]);
    if (reached.length === 0) return [];
    const endM = distanceOf.parse(reached.at(-1)).distanceM;
    const documents = await model.aggregate<{ state: unknown }>([
      ...within(Math.min(radiusM, endM + DISTANCE_TOLERANCE_M)),
      { $project: { stream: 0, 'state.menu': 0 } },
      { $sort: { distanceM: 1, _id: 1 } },
      { $limit: limit },
    ]);
    return documents.map((document) => ({
      stored: read(withoutMenu(document)),
      distanceM: distanceOf.parse(document).distanceM,
    }));
  };

  const byId = async (matches: object, after: string | undefined, limit: number) => {
    const documents = await model
      .find(
        { ...matches, ...(after ? { _id: mongoose.trusted({ $gt: new mongoose.Types.ObjectId(after) }) } : {}) },
        { stream: 0, 'state.menu': 0 },
      )
      .sort({ _id: 1 })
      .limit(limit)
      .lean();
    return documents.map(withoutMenu).map(read);
  };
  const all: RestaurantStore['all'] = (after, limit) => byId({}, after, limit);
  const ownedBy: RestaurantStore['ownedBy'] = (ownerId, after, limit) =>
    byId({ 'state.ownerId': ownerId }, after, limit);

  const withItem: RestaurantStore['withItem'] = async (itemId) => {
    const found = await model.findOne({ 'state.menu._id': itemId }, { _id: 1 }).lean();
    return found ? String(found._id) : undefined;
  };

  return { ...store, near, all, ownedBy, withItem };
};

/** What comes behind a position in the order of distance, then id. */
const past = ({ distanceM, after }: NearbyPosition) => ({
  $or: [{ distanceM: { $gt: distanceM } }, { distanceM, _id: { $gt: new mongoose.Types.ObjectId(after) } }],
});

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// A list shows no menus, so they are not fetched; the state's schema still wants one.
const withoutMenu = <Document extends { state: unknown }>(document: Document): Document => ({
  ...document,
  state: { ...(document.state as object), menu: [] },
});
