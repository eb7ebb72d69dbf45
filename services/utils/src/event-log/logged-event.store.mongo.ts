import { type Envelope, envelope } from '@tiffin/contracts/envelope';
import { insertOnce } from '@tiffin/platform/persistence/insert-once';
import mongoose, { type Connection, Schema } from 'mongoose';
import * as z from 'zod';
import type { EventFilter, EventLog, EventPosition } from './logged-event.store.ts';

const ORDER = { timestamp: 1, seq: 1, _id: 1 } as const;

const read = (document: unknown): Envelope => {
  const { _id: id, ...rest } = row.parse(document);
  return { id, ...rest };
};
const row = envelope.omit({ id: true }).extend({ _id: z.string() });

/** The event log in MongoDB: `_id` is the event's own id, so one that comes again is there already. */
export const createMongoEventLog = ({ connection }: { connection: Connection }): EventLog => {
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      type: { type: String, required: true },
      version: { type: Number, required: true },
      timestamp: { type: String, required: true },
      data: { type: Schema.Types.Mixed, required: true },
      subject: { type: String, required: true },
      seq: { type: Number, required: true },
      source: { type: String, required: true },
      correlationId: { type: String, required: true },
      causationId: { type: String },
    },
    { collection: 'events', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
  );
  schema.index(ORDER);
  schema.index({ type: 1, ...ORDER });
  schema.index({ subject: 1, ...ORDER });
  schema.index({ correlationId: 1, ...ORDER });
  const model = connection.model('events', schema);

  return {
    append: (events) =>
      insertOnce(
        model.collection,
        events.map(({ id, seq = 0, ...rest }) => ({ _id: id, seq, ...rest })),
      ),
    list: async (filter, after, limit) => {
      const documents = await model
        .find({ ...matching(filter), ...(after ? beyond(after) : {}) })
        .sort(ORDER)
        .limit(limit)
        .lean();
      return documents.map(read);
    },
  };
};

const matching = ({ type, subject, correlationId, from, to }: EventFilter) => {
  const range = { ...(from === undefined ? {} : { $gte: from }), ...(to === undefined ? {} : { $lt: to }) };
  return {
    ...(type === undefined ? {} : { type }),
    ...(subject === undefined ? {} : { subject }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(Object.keys(range).length > 0 ? { timestamp: mongoose.trusted(range) } : {}),
  };
};

const beyond = ({ timestamp, seq, id }: EventPosition) => ({
  $or: [
    { timestamp: mongoose.trusted({ $gt: timestamp }) },
    { timestamp, seq: mongoose.trusted({ $gt: seq }) },
    { timestamp, seq, _id: mongoose.trusted({ $gt: id }) },
  ],
});
