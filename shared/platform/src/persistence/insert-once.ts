import type { Collection } from 'mongoose';
import * as z from 'zod';

/** A new document under an id that was made elsewhere: an event's, a request's. */
export type Insertable = { readonly _id: string } & Readonly<Record<string, unknown>>;

/** Inserts each document unless one with its `_id`, or another unique value of it, is there already. Throws when any other is not written. */
export const insertOnce = async (collection: Collection, documents: readonly Insertable[]): Promise<void> => {
  try {
    // The driver's types want an ObjectId; MongoDB takes any id.
    await collection.insertMany(documents as never, { ordered: false });
  } catch (error) {
    if (!areAllDuplicates(error)) throw error;
  }
};

const writeErrors = z.object({
  writeErrors: z.union([
    z.array(z.object({ code: z.number() })),
    z.object({ code: z.number() }).transform((one) => [one]),
  ]),
});

// One taken id among many is a repeat; anything else must be tried again as a whole.
const areAllDuplicates = (error: unknown): boolean => {
  const read = writeErrors.safeParse(error);
  return read.success && read.data.writeErrors.length > 0 && read.data.writeErrors.every(({ code }) => code === 11000);
};
