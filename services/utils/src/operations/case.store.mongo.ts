import { caseKind, knownFacts } from '@tiffin/contracts/cases-api';
import type { Clock } from '@tiffin/platform/clock';
import { insertOnce } from '@tiffin/platform/persistence/insert-once';
import mongoose, { type Connection, Schema } from 'mongoose';
import * as z from 'zod';
import type { CasePosition, CaseStore } from './case.store.ts';
import { type Case, caseId } from './case.ts';

const row = z.object({
  _id: z.string(),
  kind: caseKind,
  orderId: z.string().optional(),
  openedAt: z.date(),
  detail: z.string(),
  known: knownFacts.default({}),
  state: z.enum(['open', 'closed']),
  closedAt: z.date().optional(),
  closedBy: z.string().optional(),
  note: z.string().optional(),
});

const read = (document: unknown): Case => {
  const { _id: id, orderId, closedAt: at, closedBy: by = '', note = '', ...rest } = row.parse(document);
  return { id, ...rest, ...(orderId === undefined ? {} : { orderId }), ...(at ? { closed: { at, by, note } } : {}) };
};

/** Cases in MongoDB. The id says what a case is about, so noticing the same thing twice cannot make two. */
export const createMongoCaseStore = ({ connection, now }: { connection: Connection; now: Clock }): CaseStore => {
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      kind: { type: String, required: true },
      orderId: String,
      openedAt: { type: Date, required: true },
      detail: { type: String, required: true },
      known: Schema.Types.Mixed,
      state: { type: String, required: true },
      closedAt: Date,
      closedBy: String,
      note: String,
    },
    { collection: 'cases', strict: 'throw', versionKey: false, autoIndex: false },
  );
  schema.index({ openedAt: -1, _id: -1 });
  schema.index({ state: 1, openedAt: -1, _id: -1 });
  const model = connection.model('cases', schema);

  return {
    open: async ({ kind, key, orderId, detail, known = {} }) => {
      const document = {
        _id: caseId({ kind, key }),
        kind,
        ...(orderId === undefined ? {} : { orderId }),
        openedAt: now(),
        detail,
        known,
        state: 'open',
      };
      await insertOnce(model.collection, [document]);
    },
    list: async ({ state }, after, limit) => {
      const documents = await model
        .find({ ...(state === undefined ? {} : { state }), ...(after ? olderThan(after) : {}) })
        .sort({ openedAt: -1, _id: -1 })
        .limit(limit)
        .lean();
      return documents.map(read);
    },
    close: async (id, by, note) => {
      await model.updateOne(
        { _id: id, state: 'open' },
        { $set: { state: 'closed', closedAt: now(), closedBy: by, note } },
      );
      const document = await model.findById(id).lean();
      return document ? read(document) : undefined;
    },
  };
};

const olderThan = ({ openedAt, id }: CasePosition) => {
  const at = new Date(openedAt);
  return {
    $or: [{ openedAt: mongoose.trusted({ $lt: at }) }, { openedAt: at, _id: mongoose.trusted({ $lt: id }) }],
  };
};
