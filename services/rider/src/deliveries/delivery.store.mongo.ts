import type { Point } from '@tiffin/contracts/geo';
import { orderId as asOrderId } from '@tiffin/contracts/ids';
import { decision } from '@tiffin/contracts/rider-api';
import { TAIL_PROJECTION } from '@tiffin/platform/persistence/aggregate-document';
import {
  type AggregateOptions,
  type AggregateStore,
  createAggregateStore,
} from '@tiffin/platform/persistence/aggregate-store';
import mongoose from 'mongoose';
import { withOutcomes } from '../dispatch/candidates.ts';
import type { DeliveryStore, Trip } from './delivery.store.ts';
import { type Delivery, type DeliveryEvent, deliveryState, isOpenOffer, nextActionAt } from './delivery.ts';

/** How many decisions of its search a delivery keeps: the newest. */
const KEPT_DECISIONS = 40;

const OPEN = { 'state.open': true } as const;
const ACTIVE = { 'state.active': true } as const;

const SHOWN_OF_TRIP = {
  'state.riderId': 1,
  'state.job.userId': 1,
  'state.assignment': 1,
  'state.watchedFrom': 1,
} as const;

export type MongoDeliveryStore = DeliveryStore & Pick<AggregateStore<Delivery, DeliveryEvent>, 'sweep' | 'history'>;

/** Deliveries in MongoDB. The unique index on the active rider is what keeps one rider to one job, whoever races. */
export const createMongoDeliveryStore = (
  options: Pick<AggregateOptions<Delivery>, 'connection' | 'relay' | 'publish' | 'now'>,
): MongoDeliveryStore => {
  const store = createAggregateStore<Delivery, DeliveryEvent>({
    ...options,
    collection: 'deliveries',
    aggregate: 'delivery',
    state: deliveryState,
    indexes: [
      [{ 'state.riderId': 1 }, { unique: true, partialFilterExpression: ACTIVE }],
      [{ 'state.riderUserId': 1 }, { partialFilterExpression: ACTIVE }],
      [{ 'state.offers.riderUserId': 1 }, { partialFilterExpression: OPEN }],
      [{ 'state.job.pickup': '2dsphere' }, { partialFilterExpression: OPEN }],
      // By time first: led by `state.open` it would look as good as the riders' own indexes to a search for their engagements.
      // The last field is there because two indexes of the same fields are one to an older MongoDB.
      [{ createdAt: 1, _id: 1, 'state.open': 1 }, { partialFilterExpression: OPEN }],
      [{ createdAt: 1, _id: 1, 'state.active': 1 }, { partialFilterExpression: ACTIVE }],
      [{ 'state.silence.since': 1 }, { sparse: true }],
    ],
    beside: { decisions: { type: [mongoose.Schema.Types.Mixed], default: undefined } },
    nextActionAt,
  });
  const { model, read, find, latest, sweep, history, claimDue, onNextAction } = store;

  return {
    find,
    latest,
    sweep,
    history,
    claimDue,
    onNextAction,

    create: ({ state, events, decisions = [] }, cause) =>
      store.create(state.orderId, state, events, cause, { decisions }),

    commit: (stored, { state, events, decisions = [] }, cause) => {
      const push = { decisions: { $each: [...decisions], $slice: -KEPT_DECISIONS } };
      return store.commit(stored, { state, events, ...(decisions.length > 0 && { push }) }, cause);
    },

    activeOf: async (riderUserId) => {
      const document = await model.findOne({ ...ACTIVE, 'state.riderUserId': riderUserId }, TAIL_PROJECTION).lean();
      return document ? read(document) : undefined;
    },

    offeredTo: async (riderUserId) => {
      const open = mongoose.trusted({ $elemMatch: { riderUserId, status: 'sent' } });
      const documents = await model
        .find({ ...OPEN, 'state.offers.riderUserId': riderUserId, 'state.offers': open }, TAIL_PROJECTION)
        .lean();
      return documents.map(read);
    },

    engagementsOf: async (riders) => {
      const ids = { $in: riders.map(({ riderId }) => riderId) };
      const userIds = { $in: riders.map(({ riderUserId }) => riderUserId) };
      const ofThem = {
        $or: [
          { ...ACTIVE, 'state.riderId': ids },
          { ...OPEN, 'state.offers.riderUserId': userIds },
        ],
      };
      const projection = {
        ...{ _id: 0, 'state.riderId': 1, 'state.status': 1, 'state.job.dropoff': 1 },
        ...{ 'state.offers.riderId': 1, 'state.offers.status': 1 },
      };
      const found = await model.collection.find(ofThem, { projection }).toArray(); // see RiderStore.findNear
      const deliveries = found.map(partOf);
      const asked = deliveries.flatMap(({ offers }) => offers ?? []).filter(isOpenOffer);
      return {
        busy: new Set(deliveries.flatMap(({ riderId }) => riderId ?? [])),
        thinking: new Set(asked.map(({ riderId }) => riderId)),
        dropoffs: new Map(
          deliveries.flatMap(({ riderId, status, job }): [string, Point][] =>
            riderId && status === 'picked_up' && job?.dropoff ? [[riderId, job.dropoff]] : [],
          ),
        ),
      };
    },

    openNear: async (around, radiusM, limit) => {
      const near = mongoose.trusted({ $near: { $geometry: around, $maxDistance: radiusM } });
      const documents = await model
        .find({ ...OPEN, 'state.job.pickup': near }, { _id: 1 })
        .limit(limit)
        .lean();
      return documents.map(({ _id }) => asOrderId.parse(String(_id)));
    },

    tripsOf: async (riderIds) => {
      const ids = mongoose.trusted({ $in: [...riderIds] });
      const documents = await model.find({ ...ACTIVE, 'state.riderId': ids }, SHOWN_OF_TRIP).lean();
      return new Map(
        documents.map((found): [string, Trip] => {
          const { riderId, job, assignment = 0, watchedFrom } = partOf(found);
          const whose = job?.userId === undefined ? {} : { userId: job.userId };
          const since = new Date(watchedFrom ?? 0);
          return [String(riderId), { orderId: asOrderId.parse(String(found._id)), ...whose, assignment, since }];
        }),
      );
    },

    underway: async (after, limit) => {
      const from = new Date(after?.createdAt ?? 0);
      // Each half is asked for a time, the first page too: without it MongoDB would not see that their indexes answer them.
      const since = { createdAt: mongoose.trusted({ $gte: from }) };
      const shown = after && {
        $nor: [{ createdAt: from, _id: mongoose.trusted({ $lte: new mongoose.Types.ObjectId(after.id) }) }],
      };
      const documents = await model
        .find(
          {
            $or: [
              { ...OPEN, ...since },
              { ...ACTIVE, ...since },
            ],
            ...shown,
          },
          { stream: 0, decisions: 0 },
        )
        .sort({ createdAt: 1, _id: 1 })
        .limit(limit)
        .lean();
      return documents.map(read);
    },

    // Times are ISO 8601: every one is greater than the empty word, which the sparse index can be asked for.
    countSilent: () => model.collection.countDocuments({ 'state.silence.since': { $gt: '' } }),

    storyOf: async (orderId) => {
      const document = await model.findById(orderId, { decisions: { $slice: -1 } }).lean();
      if (!document) return undefined;
      const { state, seq, tail } = read(document);
      const kept: unknown = Reflect.get(document, 'decisions');
      const newest = decision
        .array()
        .parse(kept ?? [])
        .at(-1);
      return { state, seq, history: tail, radiusM: newest?.radiusM };
    },

    decisionsOf: async (orderId) => {
      const document = await model
        .findById(orderId, { decisions: 1, 'state.job.restaurantId': 1, 'state.offers': 1 })
        .lean();
      if (!document) return undefined;
      const { job, offers = [] } = partOf(document);
      const kept: unknown = Reflect.get(document, 'decisions');
      return {
        ...(job?.restaurantId !== undefined && { restaurantId: job.restaurantId }),
        decisions: withOutcomes(decision.array().parse(kept ?? []), offers),
      };
    },
  };
};

// A projection brings a part of the state that this store wrote itself; the whole is parsed by `read`.
const partOf = (document: object): Partial<Delivery> => Reflect.get(document, 'state') ?? {};
