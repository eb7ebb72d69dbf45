import type { Model } from 'mongoose';
import mongoose from 'mongoose';
import type { AggregateDocument } from './aggregate-document.ts';

/**
 * The ids of at most `limit` documents whose next action is due at `now`, the longest due first, each claimed for `leaseMs`: a claim whose
 * process died is free again after that.
 */
export const claimDue = async (
  model: Model<AggregateDocument>,
  { now, limit, leaseMs }: { now: Date; limit: number; leaseMs: number },
): Promise<readonly string[]> => {
  const free = mongoose.trusted({ $not: { $gt: now } });
  const found = await model
    .find({ nextActionAt: mongoose.trusted({ $lte: now }), timerLease: free }, { _id: 1 })
    .sort({ nextActionAt: 1 })
    .limit(limit)
    .lean();
  const claimed: string[] = [];
  for (const { _id } of found) {
    const { modifiedCount } = await model.updateOne(
      { _id, timerLease: free },
      { $set: { timerLease: new Date(now.getTime() + leaseMs) } },
    );
    if (modifiedCount === 1) claimed.push(String(_id));
  }
  return claimed;
};
