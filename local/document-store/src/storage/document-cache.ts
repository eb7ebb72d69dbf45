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

interface Entry {
  readonly stored: StoredDocument;
  readonly size: number;
}

/**
 * Keeps the documents used last. It is written through by the one process that may write, so it never lies.
 *
 * In two generations, each of half the budget: what is used comes to the young one, and when that is full it becomes the old one, whose
 * rest is forgotten. One Map in the order of use would have to look for its oldest entry past the holes of all it has lost.
 */
export const createDocumentCache = (budgetBytes: number): DocumentCache => {
  let young = new Map<number, Entry>();
  let old = new Map<number, Entry>();
  let used = 0;

  const keyOf = (collection: number, id: number): number => collection * 2 ** 40 + id;
  const sizeOf = ({ bytes, isDecoded }: StoredDocument): number =>
    700 + bytes.length * (isDecoded ? 1 + DECODED_FACTOR : 1);

  const remove = (key: number): void => {
    used -= young.get(key)?.size ?? 0;
    young.delete(key);
  };

  const put = (key: number, stored: StoredDocument): void => {
    const size = sizeOf(stored);
    used += size - (young.get(key)?.size ?? 0);
    young.set(key, { stored, size });
    if (used <= budgetBytes / 2) return;
    old = young;
    young = new Map();
    used = 0;
  };

  return {
    get: (collection, id) => {
      const key = keyOf(collection, id);
      const entry = young.get(key);
      if (entry) return entry.stored;
      const aged = old.get(key)?.stored;
      if (aged) put(key, aged);
      return aged;
    },
    set: (collection, stored) => put(keyOf(collection, stored.id), stored),
    grew: (collection, stored) => {
      const key = keyOf(collection, stored.id);
      if (young.get(key)?.stored === stored) put(key, stored);
    },
    delete: (collection, id) => {
      const key = keyOf(collection, id);
      remove(key);
      old.delete(key);
    },
    clear: () => {
      young = new Map();
      old = new Map();
      used = 0;
    },
  };
};
