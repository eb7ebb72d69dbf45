import { randomUUID } from 'node:crypto';
import type { Clock } from '@tiffin/platform/clock';
import mongoose, { type Connection, Schema } from 'mongoose';
import * as z from 'zod';
import type { AuditPosition, AuditStore } from './audit.store.ts';
import type { AuditEntry } from './audit.ts';

// Ids and people's words may hold what a field name of a document must not (`.`, `$`): what is free of form is kept as one text.
const json = z.string().transform((text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
const row = z.object({
  _id: z.string(),
  at: z.date(),
  who: z.string(),
  action: z.string(),
  target: z.string(),
  detail: json,
  outcome: json.optional(),
});

const read = (document: unknown): AuditEntry => {
  const { _id: id, detail, outcome, ...rest } = row.parse(document);
  return { id, ...rest, detail: outcome === undefined ? detail : { ...detail, outcome } };
};

/** The audit in MongoDB. */
export const createMongoAuditStore = ({ connection, now }: { connection: Connection; now: Clock }): AuditStore => {
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      at: { type: Date, required: true },
      who: { type: String, required: true },
      action: { type: String, required: true },
      target: { type: String, required: true },
      detail: { type: String, required: true },
      outcome: String,
    },
    { collection: 'audit', strict: 'throw', versionKey: false, autoIndex: false },
  );
  schema.index({ at: -1, _id: -1 });
  const model = connection.model('audit', schema);

  return {
    begin: async ({ detail, ...action }) => {
      const id = randomUUID();
      await model.create({ _id: id, at: now(), ...action, detail: JSON.stringify(detail) });
      return id;
    },
    conclude: async (id, outcome) => {
      const unsaid = { _id: id, outcome: mongoose.trusted({ $exists: false }) };
      await model.updateOne(unsaid, { $set: { outcome: JSON.stringify(outcome) } });
    },
    list: async (after, limit) => {
      const documents = await model
        .find(after ? olderThan(after) : {})
        .sort({ at: -1, _id: -1 })
        .limit(limit)
        .lean();
      return documents.map(read);
    },
  };
};

const olderThan = ({ at, id }: AuditPosition) => {
  const then = new Date(at);
  return { $or: [{ at: mongoose.trusted({ $lt: then }) }, { at: then, _id: mongoose.trusted({ $lt: id }) }] };
};
