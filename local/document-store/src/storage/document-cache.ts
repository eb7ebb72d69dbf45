import { decode } from '../bson/decode.ts';
import type { Document } from '../bson/value.ts';

/** A stored document: its place, its bytes, and the value in them, which is read when first asked for. */
export interface StoredDocument {
  readonly id: number;
  readonly bytes: Buffer;
  readonly document: Document;
}

export const storedDocument = (id: number, bytes: Buffer, known?: Document): StoredDocument => {
  let document = known;
  return {
    id,
    bytes,
    get document() {
      document ??= decode(bytes);
      return document;
    },
  };
};

export interface DocumentCache {
  get(collection: number, id: number): StoredDocument | undefined;
  set(collection: number, stored: StoredDocument): void;
  delete(collection: number, id: number): void;
  /** After a rollback nothing in memory can be trusted. */
  clear(): void;
}

// A decoded document takes about this many times its BSON size.
const DECODED_FACTOR = 5;

/** Keeps the documents used last. It is written through by the one process that may write, so it never lies. */
export const createDocumentCache = (budgetBytes: number): DocumentCache => {
  const entries = new Map<number, StoredDocument>();
  let used = 0;

  const keyOf = (collection: number, id: number): number => collection * 2 ** 40 + id;
  const sizeOf = (stored: StoredDocument): number => 200 + stored.bytes.length * DECODED_FACTOR;

  const remove = (key: number): void => {
    const stored = entries.get(key);
    if (!stored) return;
    entries.delete(key);
    used -= sizeOf(stored);
  };

  return {
    get: (collection, id) => {
      const key = keyOf(collection, id);
      const stored = entries.get(key);
      if (stored) {
        entries.delete(key); // a Map keeps the order of insertion: the first entry is the one used longest ago
        entries.set(key, stored);
      }
      return stored;
    },
    set: (collection, stored) => {
      const key = keyOf(collection, stored.id);
      remove(key);
      entries.set(key, stored);
      used += sizeOf(stored);
      while (used > budgetBytes) {
        const oldest = entries.keys().next();
        if (oldest.done) break;
        remove(oldest.value);
      }
    },
    delete: (collection, id) => remove(keyOf(collection, id)),
    clear: () => {
      entries.clear();
      used = 0;
    },
  };
};
