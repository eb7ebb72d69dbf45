import { type Envelope, envelope } from '@tiffin/contracts/envelope';
import { insertOnce } from '@tiffin/platform/persistence/insert-once';
import mongoose, { type Connection, Schema } from 'mongoose';
import * as z from 'zod';
import type { EventFilter, EventLog, EventPosition } from './logged-event.store.ts';

const ORDER = { timestamp: 1, seq: 1, _id: 1 } as const;
const BY_SUBJECT = { subject: 1, ...ORDER } as const;

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
  schema.index(BY_SUBJECT);
  schema.index({ correlationId: 1, ...ORDER });
  const model = connection.model('events', schema);

  return {
    append: (events) =>
      insertOnce(
        model.collection,
        events.map(({ id, seq = 0, ...rest }) => ({ _id: id, seq, ...rest })),
      ),
    list: async (filter, after, limit) => {
      const found = model.find({ ...matching(filter), ...(after ? beyond(after) : {}) }).sort(ORDER);
      // Of several types at once a page is taken from the log as it lies, not sorted together out of all there are of each.
      if (filter.types && filter.subject === undefined) found.hint(ORDER);
      return (await found.limit(limit).lean()).map(read);
    },
    batches: async function* (filter, size) {
      let batch: Envelope[] = [];
      for await (const document of model.find(matching(filter)).sort(ORDER).lean().cursor({ batchSize: size })) {
        batch.push(read(document));
        if (batch.length < size) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    },
    histories: async (subjects, types) => {
      const documents = await model
        .find({ subject: mongoose.trusted({ $in: [...subjects] }), type: mongoose.trusted({ $in: [...types] }) })
        .sort(BY_SUBJECT)
        // There are a few events about each subject, and very many of each type.
        .hint(BY_SUBJECT)
        .lean();
      const histories = new Map<string, Envelope[]>();
      for (const event of documents.map(read)) {
        const history = histories.get(event.subject);
        if (history) history.push(event);
        else histories.set(event.subject, [event]);
      }
      return histories;
    },
  };
};

const matching = ({ type, types, subject, correlationId, from, to }: EventFilter) => {
  const range = { ...(from === undefined ? {} : { $gte: from }), ...(to === undefined ? {} : { $lt: to }) };
  return {
    ...(types === undefined ? {} : { type: mongoose.trusted({ $in: [...types] }) }),
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
