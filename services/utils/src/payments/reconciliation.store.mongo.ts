import type { Clock } from '@tiffin/platform/clock';
import type { AggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import { writeTogether } from '@tiffin/platform/persistence/write-together';
import mongoose, { type Connection, Schema } from 'mongoose';
import * as z from 'zod';
import { OPEN_STATUSES } from './look-schedule.ts';
import type { PaymentEvent, PaymentState } from './payment.ts';
import type { ReconciliationStore } from './reconciliation.store.ts';
import { countLooks, type Look } from './reconciliation-look.ts';

/** Its only document. */
const ALL = 'all';
/** A sum of many looks is one write; a crash costs a count, never a look. */
const TOGETHER = { most: 100, gatherMs: 20 };

const count = z.int().default(0);
const sums = z.object({
  looked: count,
  recovered: count,
  mismatched: count,
  orphaned: count,
  unavailable: count,
  lastLookAt: z.date().optional(),
});
const due = z.object({ state: z.object({ lookAt: z.iso.datetime() }) });

/** The reconciler's view of the payments in MongoDB, and its own counts. */
export const createMongoReconciliationStore = ({
  connection,
  payments,
  now,
}: {
  connection: Connection;
  payments: Pick<AggregateStore<PaymentState, PaymentEvent>, 'model'>;
  now: Clock;
}): ReconciliationStore => {
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      looked: Number,
      recovered: Number,
      mismatched: Number,
      orphaned: Number,
      unavailable: Number,
      lastLookAt: Date,
    },
    { collection: 'reconciliation', strict: 'throw', versionKey: false, autoIndex: false },
  );
  const model = connection.model('reconciliation', schema);

  const isOpen = {
    'state.status': mongoose.trusted({ $in: OPEN_STATUSES }),
    'state.lookAt': mongoose.trusted({ $gt: '' }),
  };
  // `nextActionAt` is never later than `lookAt`, and has the index that leads to what is due.
  const isDue = () => {
    const at = now();
    return {
      nextActionAt: mongoose.trusted({ $lte: at }),
      'state.lookAt': mongoose.trusted({ $lte: at.toISOString() }),
    };
  };

  return {
    standing: async () => {
      const [open, dueNow, oldest] = await Promise.all([
        payments.model.countDocuments(isOpen),
        payments.model.countDocuments(isDue()),
        payments.model.findOne(isDue(), { 'state.lookAt': 1 }).sort({ nextActionAt: 1 }).lean(),
      ]);
      return { open, due: dueNow, oldestDueAt: oldest ? new Date(due.parse(oldest).state.lookAt) : undefined };
    },
    open: async (limit) => {
      const found = await payments.model.find(isOpen, { _id: 1 }).sort({ 'state.lookAt': 1 }).limit(limit).lean();
      return found.map(({ _id }) => String(_id));
    },
    record: writeTogether<Look>(async (looks) => {
      await model.updateOne(
        { _id: ALL },
        { $inc: { ...countLooks(looks) }, $max: { lastLookAt: now() } },
        { upsert: true },
      );
    }, TOGETHER),
    soFar: async () => {
      const { lastLookAt, ...counts } = sums.parse((await model.findById(ALL).lean()) ?? {});
      return { counts, lastLookAt };
    },
  };
};
