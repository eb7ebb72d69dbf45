import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { orderId } from '@tiffin/contracts/ids';
import { orderStatus } from '@tiffin/contracts/order-api';
import * as z from 'zod';

const customer = z.string();

/** What the city must still know after its own process was killed. */
const entry = z.discriminatedUnion('kind', [
  /** Before the order is sent: whoever is killed while the answer is on its way finds the order in the customer's list. */
  z.object({ kind: z.literal('set-out'), customer }),
  z.object({ kind: z.literal('turned-away'), customer }),
  z.object({ kind: z.literal('ordered'), customer, orderId }),
  z.object({ kind: z.literal('changed-mind'), orderId }),
  z.object({ kind: z.literal('ended'), orderId, status: orderStatus }),
  z.object({ kind: z.literal('complete'), orderId }),
  z.object({ kind: z.literal('lost'), orderId }),
]);
export type Entry = z.infer<typeof entry>;

export type Journal = {
  /** What earlier runs kept, oldest first. */
  readonly earlier: readonly Entry[];
  /** Written when this returns: `kill -9` does not take it back. */
  keep(entry: Entry): void;
};

/**
 * A file of one JSON object a line. A line that was cut off in the middle is left out. It is not forced to the disk: what it guards against
 * is the end of this process, and an order that a power cut makes it forget is only no longer watched.
 */
export const openJournal = (path: string): Journal => {
  mkdirSync(dirname(path), { recursive: true });
  const text = read(path);
  if (text !== '' && !text.endsWith('\n')) appendFileSync(path, '\n');
  return {
    earlier: text.split('\n').flatMap(entriesOf),
    keep: (kept) => appendFileSync(path, `${JSON.stringify(kept)}\n`, { mode: 0o600 }),
  };
};

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
};

const entriesOf = (line: string): Entry[] => {
  try {
    const parsed = entry.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
};
