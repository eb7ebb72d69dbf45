import type { Model } from 'mongoose';
import mongoose from 'mongoose';
import { type AggregateDocument, TAIL_PROJECTION } from './aggregate-document.ts';

const AT_ONCE = 200;

/**
 * Takes up documents that remember events as unsent since before `olderThan`, two hundred at most, each claimed so that two sweepers do not
 * take the same at once (rule S1). Returns how many it took; rejects after the last when some could not be read.
 */
export const sweepUnsent = async (
  model: Model<AggregateDocument>,
  { olderThan, now, takeUp }: { olderThan: Date; now: Date; takeUp(document: unknown): void },
): Promise<number> => {
  const found = await model
    .find({ unsentSince: mongoose.trusted({ $lte: olderThan }) }, { _id: 1, unsentSince: 1 })
    .limit(AT_ONCE)
    .lean();
  let taken = 0;
  const unreadable: unknown[] = [];
  for (const { _id, unsentSince } of found) {
    // Claimed by moving the very field that the scan reads.
    const claimed = await model
      .findOneAndUpdate(
        { _id, ...(unsentSince ? { unsentSince } : {}) },
        { $set: { unsentSince: now } },
        { projection: { ...TAIL_PROJECTION, stream: 1 } },
      )
      .lean();
    if (!claimed) continue;
    taken += 1;
    try {
      takeUp(claimed);
    } catch (error) {
      unreadable.push(error); // one that cannot be read keeps none of the others waiting
    }
  }
  if (unreadable.length > 0) {
    throw new AggregateError(unreadable, `${unreadable.length} of ${model.collection.name} cannot be read`);
  }
  return taken;
};
