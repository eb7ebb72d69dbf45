import { riderId as asRiderId } from '@tiffin/contracts/ids';
import { TAIL_PROJECTION } from '@tiffin/platform/persistence/aggregate-document';
import {
  type AggregateOptions,
  type AggregateStore,
  createAggregateStore,
} from '@tiffin/platform/persistence/aggregate-store';
import mongoose from 'mongoose';
import { KEPT_ANSWERS, type Remark, riderRecord } from '../dispatch/rider-record.ts';
import type { KnownRider, RiderStore } from './rider.store.ts';
import { position as positionSchema, type Rider, type RiderEvent, riderState } from './rider.ts';

/** A rider lives for years: the document keeps its newest events, the event log keeps all. */
const KEPT_EVENTS = 200;
/** The radius by which MongoDB turns metres into radians. */
const EARTH_RADIUS_M = 6_378_100;

const ON_DUTY = { 'state.isAvailable': true, 'state.isVerified': true } as const;
/** What a search shows of a rider. */
const SHOWN = {
  'state.userId': 1,
  'state.name': 1,
  'state.phone': 1,
  'position.location': 1,
  'position.at': 1,
  record: 1,
} as const;
const PROJECTION = { ...TAIL_PROJECTION, position: 1 } as const;

export type MongoRiderStore = RiderStore & Pick<AggregateStore<Rider, RiderEvent>, 'sweep'>;

/** Riders in MongoDB. Only those on duty are in the geographic index: going off duty is a deletion there, not a filter. */
export const createMongoRiderStore = (
  options: Pick<AggregateOptions<Rider>, 'connection' | 'relay' | 'publish' | 'now'>,
): MongoRiderStore => {
  const store = createAggregateStore<Rider, RiderEvent>({
    ...options,
    collection: 'riders',
    aggregate: 'rider',
    state: riderState,
    keepEvents: KEPT_EVENTS,
    indexes: [
      [{ 'state.userId': 1 }, { unique: true }],
      [{ 'position.location': '2dsphere' }, { partialFilterExpression: ON_DUTY }],
    ],
    beside: { position: { type: mongoose.Schema.Types.Mixed }, record: { type: mongoose.Schema.Types.Mixed } },
  });
  const { model } = store;

  const readKnown = (document: object): KnownRider => {
    const stored = store.read(document);
    const position = positionSchema.optional().parse(Reflect.get(document, 'position'));
    return { riderId: asRiderId.parse(stored.id), stored, ...(position && { position }) };
  };

  return {
    change: store.change,
    sweep: store.sweep,
    create: (riderId, state, events, cause) => store.create(riderId, state, events, cause),
    find: async (riderId) => {
      const document = await model.findById(riderId, PROJECTION).lean();
      return document ? readKnown(document) : undefined;
    },
    findByUser: async (riderUserId) => {
      const document = await model.findOne({ 'state.userId': riderUserId }, PROJECTION).lean();
      return document ? readKnown(document) : undefined;
    },
    list: async (after, limit) => {
      const behind = after ? { _id: mongoose.trusted({ $gt: new mongoose.Types.ObjectId(after) }) } : {};
      const documents = await model.find(behind, { stream: 0 }).sort({ _id: 1 }).limit(limit).lean();
      return documents.map(readKnown);
    },

    savePositions: async (positions) => {
      if (positions.length === 0) return;
      await model.collection.bulkWrite(
        positions.map(({ riderId, position }) => ({
          updateOne: {
            filter: {
              _id: new mongoose.Types.ObjectId(riderId),
              $or: [
                { position: { $exists: false } },
                { 'position.seq': { $lt: position.seq } },
                { 'position.seq': position.seq, 'position.at': { $lt: position.at } },
              ],
            },
            update: { $set: { position } },
          },
        })),
        { ordered: false },
      );
    },

    remember: async (remarks) => {
      if (remarks.length === 0) return;
      await model.collection.bulkWrite(
        remarks.map(({ riderId, ifSeenSince, ...remark }) => ({
          updateOne: {
            filter: {
              _id: new mongoose.Types.ObjectId(riderId),
              ...(ifSeenSince && { 'position.at': { $gte: ifSeenSince } }),
            },
            update: changeOf(remark),
          },
        })),
        { ordered: false },
      );
    },

    // Asked of the driver itself: every filter is made here, and mongoose would take apart and copy what is a millisecond's work.
    findNear: async ({ around, fromM, toM, limit, except }) => {
      const near = { $geometry: around, $maxDistance: toM, ...(fromM > 0 && { $minDistance: fromM }) };
      const others = except.length > 0 ? { _id: { $nin: except.map((id) => new mongoose.Types.ObjectId(id)) } } : {};
      const documents = await model.collection
        .find({ ...ON_DUTY, 'position.location': { $near: near }, ...others }, { projection: SHOWN, limit })
        .toArray();
      return documents.map((document) => {
        const { userId, name, phone } = partOf(document);
        const { location, at } = lastSeen.parse(Reflect.get(document, 'position'));
        const riderId = asRiderId.parse(String(document._id));
        const record = riderRecord.parse(Reflect.get(document, 'record') ?? {});
        return { riderId, riderUserId: userId, riderName: name, riderPhone: phone, location, at, record };
      });
    },

    answers: async () => {
      await model.db.db?.command({ ping: 1 });
    },

    countNear: (around, radiusM) =>
      model.collection.countDocuments({
        ...ON_DUTY,
        'position.location': { $geoWithin: { $centerSphere: [around.coordinates, radiusM / EARTH_RADIUS_M] } },
      }),
  };
};

const changeOf = ({ answer, deliveredAt }: Pick<Remark, 'answer' | 'deliveredAt'>): Record<string, object> => ({
  ...(answer && { $push: { 'record.answers': { $each: [answer], $slice: -KEPT_ANSWERS } } }),
  ...(deliveredAt && { $max: { 'record.deliveredAt': deliveredAt } }),
});

const lastSeen = positionSchema.pick({ location: true, at: true });

// A projection of the state that this store wrote itself; the whole is parsed by `read`.
const shownState = riderState.pick({ userId: true, name: true, phone: true });
const partOf = (document: object) => shownState.parse(Reflect.get(document, 'state'));
