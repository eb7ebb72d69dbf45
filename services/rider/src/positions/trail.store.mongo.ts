import { userId } from '@tiffin/contracts/claims';
import { orderId as asOrderId, riderId } from '@tiffin/contracts/ids';
import type { Clock } from '@tiffin/platform/clock';
import mongoose, { type Connection, Schema } from 'mongoose';
import * as z from 'zod';
import type { TrailStore, TripKey } from './trail.store.ts';
import { type TrailPoint, withinBounds } from './trail.ts';

/** A point as it is stored, a third of what it would take with names: when, longitude, latitude. */
const storedPoint = z.tuple([z.date(), z.number(), z.number()]);
type StoredPoint = z.infer<typeof storedPoint>;
const row = z.object({
  _id: z.string(),
  orderId: asOrderId,
  assignment: z.int(),
  riderId,
  riderUserId: userId,
  count: z.int(),
  points: z.array(storedPoint),
});
const progress = row.pick({ count: true, points: true });

const idOf = ({ orderId, assignment }: TripKey): string => `${orderId}-${assignment}`;
const toStored = ({ at, location }: TrailPoint): StoredPoint => [at, ...location.coordinates];
const fromStored = ([at, lng, lat]: StoredPoint): TrailPoint => ({
  at,
  location: { type: 'Point', coordinates: [lng, lat] },
});

/** Trails in MongoDB, one document a rider and delivery. They leave by themselves after `keptMs`. */
export const createMongoTrailStore = ({
  connection,
  keptMs,
  now,
}: {
  connection: Connection;
  keptMs: number;
  now: Clock;
}): TrailStore => {
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      orderId: { type: String, required: true },
      assignment: { type: Number, required: true },
      riderId: { type: String, required: true },
      riderUserId: { type: String, required: true },
      /** How many points there are: who goes on with a trail reads this and its last point, not the trail. */
      count: { type: Number, required: true },
      points: { type: [Schema.Types.Mixed], required: true },
      expiresAt: { type: Date, required: true },
    },
    { collection: 'trails', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
  );
  schema.index({ orderId: 1, assignment: 1 });
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  const model = connection.model<z.infer<typeof row>>('trails', schema);

  /** The points of the full ones among them, thinned, with those that are to be added. */
  const thinned = async (trails: Parameters<TrailStore['extend']>[0]): Promise<ReadonlyMap<string, StoredPoint[]>> => {
    const full = new Map(trails.flatMap((trail) => (trail.isFull ? [[idOf(trail), trail] as const] : [])));
    if (full.size === 0) return new Map();
    const rows = await model.find({ _id: mongoose.trusted({ $in: [...full.keys()] }) }).lean();
    return new Map(
      rows.map(({ _id, points }) => [
        _id,
        [...withinBounds([...points, ...(full.get(_id)?.points.map(toStored) ?? [])])],
      ]),
    );
  };

  return {
    extend: async (trails) => {
      if (trails.length === 0) return;
      const whole = await thinned(trails);
      const expiresAt = new Date(now().getTime() + keptMs);
      await model.bulkWrite(
        trails.map((trail) => {
          const { orderId, assignment, riderId: rider, riderUserId, points } = trail;
          const _id = idOf(trail);
          const rest = whole.get(_id);
          const update = rest
            ? { $set: { points: rest, count: rest.length, expiresAt } }
            : {
                $set: { expiresAt },
                $setOnInsert: { orderId, assignment, riderId: rider, riderUserId },
                $inc: { count: points.length },
                $push: { points: { $each: points.map(toStored) } },
              };
          return { updateOne: { filter: { _id }, update, upsert: true } };
        }),
        { ordered: false },
      );
    },

    progressOf: async (trip) => {
      const found = await model.findById(idOf(trip), { count: 1, points: { $slice: -1 } }).lean();
      if (!found) return { count: 0, last: undefined };
      const { count, points } = progress.parse(found);
      return { count, last: points.map(fromStored)[0] };
    },

    of: async (orderId) => {
      const rows = await model.find({ orderId }).sort({ assignment: 1 }).lean();
      return row
        .array()
        .parse(rows)
        .map(({ _id, count: _count, points, ...trip }) => ({ ...trip, points: inOrder(points.map(fromStored)) }));
    },
  };
};

/** A write whose answer was lost is repeated, and two processes may each know a part: read, every moment is there once and in order. */
const inOrder = (points: readonly TrailPoint[]): readonly TrailPoint[] => [
  ...new Map(
    points.toSorted((one, other) => one.at.getTime() - other.at.getTime()).map((point) => [point.at.getTime(), point]),
  ).values(),
];
