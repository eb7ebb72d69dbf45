import mongoose, { type Collection } from 'mongoose';

export type SentMarks = { add(id: string, seq: number): void };

/** Long enough that an order which goes through several hands in a moment is marked once. */
const BATCH_MS = 250;
const BATCH_SIZE = 200;

/**
 * Writes down what the relay has published, many documents at a time (rule R3). `unsentSince` is cleared only where nothing was appended
 * meanwhile. A mark that is lost costs a duplicate publish: the sweeper finds the document again.
 */
export const createSentMarks = (collection: Collection): SentMarks => {
  let waiting = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    timer = undefined;
    const marks = waiting;
    waiting = new Map();
    void write(marks);
  };

  const write = async (marks: ReadonlyMap<string, number>) => {
    const exact = [...marks].map(([id, seq]) => ({
      updateOne: {
        filter: { _id: new mongoose.Types.ObjectId(id), seq },
        update: { $max: { sentSeq: seq }, $unset: { unsentSince: 1 as const } },
      },
    }));
    try {
      const { matchedCount } = await collection.bulkWrite(exact, { ordered: false });
      if (matchedCount === marks.size) return;
      const grown = [...marks].map(([id, seq]) => ({
        updateOne: {
          filter: { _id: new mongoose.Types.ObjectId(id), seq: { $gt: seq } },
          update: { $max: { sentSeq: seq } },
        },
      }));
      await collection.bulkWrite(grown, { ordered: false });
    } catch {
      // The sweeper publishes them again; nothing is lost.
    }
  };

  return {
    add: (id, seq) => {
      waiting.set(id, Math.max(seq, waiting.get(id) ?? 0));
      if (waiting.size >= BATCH_SIZE) {
        clearTimeout(timer);
        flush();
        return;
      }
      timer ??= setTimeout(flush, BATCH_MS);
    },
  };
};
