import { ObjectId, Timestamp } from 'bson';
import { valuesEqual, valuesIdentical } from '../bson/compare.ts';
import { encode } from '../bson/encode.ts';
import { type Document, fieldOf } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { LIMITS } from '../limits.ts';
import { createDraft, type Draft } from './draft.ts';
import { timestampAt } from './field-operators.ts';
import { assertNoConflict, type Change, type Update } from './parse-update.ts';
import { type ArrayFilters, resolvePositions } from './positions.ts';
import { idSeedOf, seedOf } from './upsert-seed.ts';

export interface UpdateContext {
  readonly now: Date;
  readonly arrayFilters: ArrayFilters;
  /** The array position the filter matched, for `$`. */
  readonly matched: number | undefined;
  readonly inserting: boolean;
}

/**
 * What an update makes of a document. The document itself is left as it is.
 * @throws CommandError when an operator cannot be applied, `_id` would change (ImmutableField) or the result is too large.
 */
export const applyUpdate = (before: Document, update: Update, context: UpdateContext): Document => {
  const after = transform(before, update, context);
  const id = fieldOf(before, '_id');
  if (id === undefined) return after;
  const next = fieldOf(after, '_id');
  if (next === undefined && update.kind !== 'operators') return { _id: id, ...after };
  if (next === undefined || !valuesEqual(id, next)) {
    throw new CommandError(
      'ImmutableField',
      "Performing an update on the path '_id' would modify the immutable field '_id'",
    );
  }
  return after;
};

const transform = (before: Document, update: Update, context: UpdateContext): Document => {
  switch (update.kind) {
    case 'replacement':
      return withTimestamps(withIdFirst(update.document), context.now);
    case 'pipeline':
      return withIdFirst(update.transform(before));
    case 'operators': {
      const draft = createDraft(before);
      const change = { now: context.now, inserting: context.inserting, subject: before._id };
      for (const { path, operand, apply } of update.positional
        ? resolved(draft, update.changes, context)
        : update.changes) {
        apply(draft, path, operand, change);
      }
      return draft.root;
    }
  }
};

/** The changes with the positions they mean in this document. Two that looked different may meet in one element. */
const resolved = (draft: Draft, changes: readonly Change[], context: UpdateContext): Change[] => {
  const concrete = changes.flatMap((change) =>
    resolvePositions(draft, change.path, context.matched, context.arrayFilters).map((path) => ({ ...change, path })),
  );
  assertNoConflict(concrete.map(({ path }) => path));
  return concrete;
};

/** Every empty timestamp at the top of a document, but not one that is its `_id`, becomes the time it is stored. */
export const withTimestamps = (document: Document, now: Date): Document => {
  const empty = Object.keys(document).filter((name) => {
    const value = document[name];
    return value instanceof Timestamp && value.isZero() && name !== '_id';
  });
  if (empty.length === 0) return document;
  const stamp = timestampAt(now);
  return { ...document, ...Object.fromEntries(empty.map((name) => [name, stamp])) };
};

/** The bytes of an updated document. @throws CommandError Location17419 beyond the size MongoDB allows. */
export const encodeUpdated = (document: Document): Buffer => {
  const bytes = encode(document);
  if (bytes.length <= LIMITS.document) return bytes;
  throw new CommandError('Location17419', `Resulting document after update is larger than ${LIMITS.document}`);
};

/** Whether an update left a document as it was, to the byte. */
export const isUnchanged = (before: Document, after: Document): boolean => {
  const names = Object.keys(before);
  const others = Object.keys(after);
  if (names.length !== others.length) return false;
  return names.every((name, index) => {
    if (name !== others[index]) return false;
    const [old, next] = [before[name], after[name]];
    return old === next || valuesIdentical(old, next);
  });
};

export const withIdFirst = (document: Document): Document => {
  const id = fieldOf(document, '_id');
  if (id === undefined || Object.keys(document)[0] === '_id') return document;
  const { _id, ...others } = document;
  return { _id: id, ...others };
};

/**
 * The document an upsert inserts: what the filter demands to be equal, then the update. `_id` comes first and is made when
 * neither names one.
 */
export const documentToUpsert = (filter: Document, update: Update, context: UpdateContext): Document => {
  const seed = update.kind === 'replacement' ? idSeedOf(filter) : seedOf(filter);
  const document = applyUpdate(seed, update, context);
  return fieldOf(document, '_id') === undefined ? { _id: new ObjectId(), ...document } : withIdFirst(document);
};
