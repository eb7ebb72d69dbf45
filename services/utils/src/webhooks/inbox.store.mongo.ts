import { gatewayOrderId } from '@tiffin/contracts/ids';
import { type WebhookStatus, webhookStatus } from '@tiffin/contracts/payment-operations-api';
import type { Clock } from '@tiffin/platform/clock';
import { isDuplicateKey } from '@tiffin/platform/persistence/duplicate-key';
import { writeTogether } from '@tiffin/platform/persistence/write-together';
import mongoose, { type Connection, Schema } from 'mongoose';
import * as z from 'zod';
import type { InboxArchive, InboxPosition, InboxRow, WebhookInbox } from './inbox.store.ts';

const KEPT_DAYS = 90;
const PROVIDER = 'razorpay';
/** An end that a crash swallows costs one more look at a webhook that changes nothing. */
const END_TOGETHER = { most: 16, gatherMs: 50 };

const row = z.object({
  _id: z.string(),
  bodySha256: z.string(),
  event: z.string(),
  providerCreatedAt: z.date().optional(),
  receivedAt: z.date(),
  gatewayOrderId: gatewayOrderId.optional(),
  body: z.unknown(),
  status: webhookStatus,
  reason: z.string().optional(),
  attempts: z.int(),
  dueAt: z.date().optional(),
  replayed: z.boolean().default(false),
});

const read = (document: unknown): InboxRow => {
  const { _id: id, reason, providerCreatedAt, gatewayOrderId, dueAt, ...rest } = row.parse(document);
  return { id, ...rest, providerCreatedAt, gatewayOrderId, dueAt, ...(reason === undefined ? {} : { reason }) };
};

/** The inbox in MongoDB: one row an event id and one a body, for ever as far as the gateway repeats itself. */
export const createMongoInbox = ({
  connection,
  now,
}: {
  connection: Connection;
  now: Clock;
}): WebhookInbox & InboxArchive => {
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      provider: { type: String, required: true },
      bodySha256: { type: String, required: true },
      event: { type: String, required: true },
      providerCreatedAt: Date,
      receivedAt: { type: Date, required: true },
      gatewayOrderId: String,
      body: Schema.Types.Mixed,
      status: { type: String, required: true },
      reason: String,
      attempts: { type: Number, required: true },
      dueAt: Date,
      replayed: Boolean,
    },
    { collection: 'webhook-inbox', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
  );
  schema.index({ provider: 1, bodySha256: 1 }, { unique: true });
  schema.index({ dueAt: 1 }, { sparse: true });
  schema.index({ receivedAt: -1, _id: -1 });
  schema.index({ status: 1, receivedAt: -1, _id: -1 });
  schema.index({ gatewayOrderId: 1 }, { sparse: true });
  schema.index({ receivedAt: 1 }, { expireAfterSeconds: KEPT_DAYS * 24 * 60 * 60 });
  const model = connection.model('webhook-inbox', schema);

  const endTogether = writeTogether<{ id: string; status: WebhookStatus; reason: string | undefined }>(
    async (ended) => {
      await model.bulkWrite(
        ended.map(({ id, status, reason }) => {
          // Why it waited says nothing about how it ended.
          const update =
            reason === undefined
              ? { $set: { status }, $unset: { dueAt: 1, reason: 1 } }
              : { $set: { status, reason }, $unset: { dueAt: 1 } };
          return { updateOne: { filter: { _id: id }, update } };
        }),
        { ordered: false },
      );
    },
    END_TOGETHER,
  );

  return {
    keep: async ({ id, providerCreatedAt, gatewayOrderId, dueAt, ...rest }) => {
      const document = {
        _id: id,
        provider: PROVIDER,
        ...rest,
        ...(providerCreatedAt ? { providerCreatedAt } : {}),
        ...(gatewayOrderId ? { gatewayOrderId } : {}),
        ...(dueAt ? { dueAt } : {}),
      };
      try {
        await model.collection.insertOne(document as never);
        return 'kept';
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const same = await model.exists({ provider: PROVIDER, bodySha256: rest.bodySha256 });
      return same ? 'duplicate' : 'other-body';
    },
    claimDue: async (limit, leaseMs) => {
      const at = now();
      const due = mongoose.trusted({ $lte: at });
      const found = await model.find({ dueAt: due }, { _id: 1 }).sort({ dueAt: 1 }).limit(limit).lean();
      const claimed: InboxRow[] = [];
      for (const { _id } of found) {
        const taken = await model
          .findOneAndUpdate(
            { _id, dueAt: due },
            { $set: { dueAt: new Date(at.getTime() + leaseMs) }, $inc: { attempts: 1 } },
            { returnDocument: 'after' },
          )
          .lean();
        if (taken) claimed.push(read(taken));
      }
      return claimed;
    },
    end: (id, status, reason) => endTogether({ id, status, reason }),
    retryAt: async (id, dueAt, reason) => {
      await model.updateOne({ _id: id }, { $set: { status: 'retry', dueAt, reason } });
    },
    find: async (id) => {
      const document = await model.findById(id).lean();
      return document ? read(document) : undefined;
    },
    list: async ({ status, event, gatewayOrderId }, after, limit) => {
      const documents = await model
        .find({
          ...(status === undefined ? {} : { status }),
          ...(event === undefined ? {} : { event }),
          ...(gatewayOrderId === undefined ? {} : { gatewayOrderId }),
          ...(after ? olderThan(after) : {}),
        })
        .sort({ receivedAt: -1, _id: -1 })
        .limit(limit)
        .lean();
      return documents.map(read);
    },
    reopen: async (seen, leaseMs) => {
      const document = await model
        .findOneAndUpdate(
          { _id: seen.id, status: seen.status, attempts: seen.attempts },
          {
            $set: { status: 'received', attempts: 1, dueAt: new Date(now().getTime() + leaseMs), replayed: true },
            $unset: { reason: 1 },
          },
          { returnDocument: 'after' },
        )
        .lean();
      return document ? read(document) : undefined;
    },
  };
};

const olderThan = ({ receivedAt, id }: InboxPosition) => {
  const then = new Date(receivedAt);
  return {
    $or: [{ receivedAt: mongoose.trusted({ $lt: then }) }, { receivedAt: then, _id: mongoose.trusted({ $lt: id }) }],
  };
};
