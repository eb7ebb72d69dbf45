import { randomBytes } from 'node:crypto';
import type { Encodable, EncodableDocument } from '../bson/encode.ts';
import { CommandError } from '../command-error.ts';
import { LIMITS } from '../limits.ts';

const IDLE_LIMIT_MS = 10 * 60_000;
/** MongoDB's first batch, unless the client says how large. */
const FIRST_BATCH = 101;

/** What a cursor hands out: the bytes of a document, so that a batch can be measured. */
export type CursorItem = Uint8Array;

export interface CursorSource {
  readonly namespace: string;
  readonly items: Iterator<CursorItem>;
  /** False once the collection is gone. */
  readonly alive: () => boolean;
}

export interface Cursors {
  /** The reply to the command that opened a cursor; the cursor is kept only if something is left. */
  first(source: CursorSource, options: { batchSize?: number | undefined; singleBatch?: boolean }): EncodableDocument;
  /** @throws CommandError CursorNotFound. */
  next(id: bigint, namespace: string, batchSize: number | undefined): EncodableDocument;
  kill(id: bigint): boolean;
  closeIdle(now: number): void;
  count(): number;
}

interface OpenCursor {
  readonly source: CursorSource;
  /** Read ahead and not handed out yet: a reply can hold only so much. */
  held: CursorItem | undefined;
  usedAt: number;
}

export const createCursors = (now: () => number): Cursors => {
  const open = new Map<bigint, OpenCursor>();

  const take = (cursor: OpenCursor, limit: number): { batch: CursorItem[]; done: boolean } => {
    const batch: CursorItem[] = [];
    let size = 0;
    while (batch.length < limit) {
      const item = cursor.held ?? nextOf(cursor.source.items);
      cursor.held = undefined;
      if (item === undefined) return { batch, done: true };
      size += item.length;
      if (size > LIMITS.reply && batch.length > 0) {
        cursor.held = item;
        return { batch, done: false };
      }
      batch.push(item);
    }
    cursor.held = limit === 0 ? undefined : nextOf(cursor.source.items);
    return { batch, done: limit > 0 && cursor.held === undefined };
  };

  const reply = (name: 'firstBatch' | 'nextBatch', id: bigint, source: CursorSource, batch: Encodable[]) => ({
    cursor: { [name]: batch, id, ns: source.namespace },
  });

  return {
    first: (source, { batchSize = FIRST_BATCH, singleBatch = false }) => {
      const cursor: OpenCursor = { source, held: undefined, usedAt: now() };
      const { batch, done } = take(cursor, batchSize);
      if (done || singleBatch) return reply('firstBatch', 0n, source, batch);
      const id = (randomBytes(8).readBigUInt64LE() & 0x1f_ffff_ffff_ffffn) | 1n;
      open.set(id, cursor);
      return reply('firstBatch', id, source, batch);
    },
    next: (id, namespace, batchSize) => {
      const cursor = open.get(id);
      if (!cursor || cursor.source.namespace !== namespace) {
        throw new CommandError('CursorNotFound', `cursor id ${id} not found`);
      }
      if (!cursor.source.alive()) {
        open.delete(id);
        throw new CommandError('QueryPlanKilled', 'collection dropped between getMore calls');
      }
      cursor.usedAt = now();
      const { batch, done } = take(cursor, batchSize || Number.POSITIVE_INFINITY);
      if (done) open.delete(id);
      return reply('nextBatch', done ? 0n : id, cursor.source, batch);
    },
    kill: (id) => open.delete(id),
    closeIdle: (at) => {
      for (const [id, cursor] of open) if (at - cursor.usedAt > IDLE_LIMIT_MS) open.delete(id);
    },
    count: () => open.size,
  };
};

const nextOf = (items: Iterator<CursorItem>): CursorItem | undefined => {
  const { value, done } = items.next();
  return done ? undefined : value;
};
