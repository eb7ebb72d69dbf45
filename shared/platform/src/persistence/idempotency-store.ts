import mongoose, { type Connection, Schema } from 'mongoose';
import type { Clock } from '../clock.ts';
import { createRequestIds, IDEMPOTENCY_KEPT_MS, type IdempotencyStore, type RequestIds } from '../http/idempotency.ts';
import { isDuplicateKey } from './duplicate-key.ts';

type KeyRow = {
  _id: string;
  fingerprint: string;
  /** Made before the request runs, so that a run after a crash creates the same documents. */
  ids: RequestIds;
  leaseUntil?: Date;
  answer?: { status: number; body?: unknown };
  expiresAt: Date;
};

/** Idempotency keys in the service's own database; the rows leave by themselves after their time. */
export const createMongoIdempotencyStore = ({
  connection,
  now,
}: {
  connection: Connection;
  now: Clock;
}): IdempotencyStore => {
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      fingerprint: { type: String, required: true },
      ids: { type: Schema.Types.Mixed, required: true },
      leaseUntil: Date,
      answer: Schema.Types.Mixed,
      expiresAt: { type: Date, required: true },
    },
    { collection: 'idempotency-keys', strict: 'throw', versionKey: false, autoIndex: false, minimize: false },
  );
  schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  const model = connection.model<KeyRow>('idempotency-keys', schema);

  return {
    claim: async (key, fingerprint, leaseMs) => {
      const at = now();
      const leaseUntil = new Date(at.getTime() + leaseMs);
      const ids = createRequestIds();
      try {
        const expiresAt = new Date(at.getTime() + IDEMPOTENCY_KEPT_MS);
        await model.collection.insertOne({ _id: key, fingerprint, ids, leaseUntil, expiresAt } as never);
        return { kind: 'new', ids };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const row = await model.findById(key).lean();
      if (!row) return { kind: 'running' }; // it left between the two looks; the caller tries again
      if (row.fingerprint !== fingerprint) return { kind: 'mismatch' };
      if (row.answer) return { kind: 'replay', status: row.answer.status, body: row.answer.body };
      const { modifiedCount } = await model.updateOne(
        { _id: key, answer: mongoose.trusted({ $exists: false }), leaseUntil: mongoose.trusted({ $not: { $gt: at } }) },
        { $set: { leaseUntil } },
      );
      return modifiedCount === 1 ? { kind: 'new', ids: row.ids } : { kind: 'running' };
    },
    finish: async (key, status, body) => {
      await model.updateOne({ _id: key }, { $set: { answer: { status, body } }, $unset: { leaseUntil: 1 } });
    },
    release: async (key) => {
      await model.updateOne({ _id: key, answer: mongoose.trusted({ $exists: false }) }, { $unset: { leaseUntil: 1 } });
    },
  };
};
