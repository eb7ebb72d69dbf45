import { decode } from '../bson/decode.ts';
import type { Document } from '../bson/value.ts';

/** A stored document: its place, its bytes, and the value in them, which is read when first asked for. */
export interface StoredDocument {
  readonly id: number;
  readonly bytes: Buffer;
  readonly isDecoded: boolean;
  readonly document: Document;
}

/** `onDecoded` hears when the value is first read: the document takes more room from then on. */
export const storedDocument = (
  id: number,
  bytes: Buffer,
  known?: Document,
  onDecoded?: (stored: StoredDocument) => void,
): StoredDocument => {
  let document = known;
  const stored: StoredDocument = {
    id,
    bytes,
    get isDecoded() {
      return document !== undefined;
    },
    get document() {
      if (document === undefined) {
        document = decode(bytes);
        onDecoded?.(stored);
      }
      return document;
    },
  };
  return stored;
};

export interface DocumentCache {
  get(collection: number, id: number): StoredDocument | undefined;
  set(collection: number, stored: StoredDocument): void;
  /** What is cached of this document takes its room anew, since it has been decoded. */
  grew(collection: number, stored: StoredDocument): void;
  delete(collection: number, id: number): void;
  /** After a rollback nothing in memory can be trusted. */
  clear(): void;
}

// A decoded value takes about this many times its BSON size, beside its bytes.
const DECODED_FACTOR = 4;

/** Keeps the documents used last. It is written through by the one process that may write, so it never lies. */
export const createDocumentCache = (budgetBytes: number): DocumentCache => {
  const entries = new Map<number, { readonly stored: StoredDocument; readonly size: number }>();
  let used = 0;

  const keyOf = (collection: number, id: number): number => collection * 2 ** 40 + id;
  const sizeOf = ({ bytes, isDecoded }: StoredDocument): number =>
    700 + bytes.length * (isDecoded ? 1 + DECODED_FACTOR : 1);

  const remove = (key: number): void => {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    used -= entry.size;
  };

  const put = (key: number, stored: StoredDocument): void => {
    remove(key);
    const size = sizeOf(stored);
    entries.set(key, { stored, size });
    used += size;
    while (used > budgetBytes) {
      const oldest = entries.keys().next();
      if (oldest.done) break;
      remove(oldest.value);
    }
  };

  return {
    get: (collection, id) => {
      const key = keyOf(collection, id);
      const entry = entries.get(key);
      if (entry) {
        entries.delete(key); // a Map keeps the order of insertion: the first entry is the one used longest ago
        entries.set(key, entry);
      }
      return entry?.stored;
    },
    set: (collection, stored) => put(keyOf(collection, stored.id), stored),
    grew: (collection, stored) => {
      const key = keyOf(collection, stored.id);
      if (entries.get(key)?.stored === stored) put(key, stored);
    },
    delete: (collection, id) => remove(keyOf(collection, id)),
    clear: () => {
      entries.clear();
      used = 0;
    },
  };
};
