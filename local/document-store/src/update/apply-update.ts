import { ObjectId } from 'bson';
import { valuesEqual, valuesIdentical } from '../bson/compare.ts';
import { encode } from '../bson/encode.ts';
import { type Document, fieldOf, isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { LIMITS } from '../limits.ts';
import { isOperators } from '../query/filter-shape.ts';
import { transformByPipeline } from '../query/pipeline-update.ts';
import { createDraft } from './draft.ts';
import type { Update } from './parse-update.ts';
import { type ArrayFilters, resolvePositions } from './positions.ts';

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
      return withIdFirst(update.document);
    case 'pipeline':
      return transformByPipeline(before, update.stages);
    case 'operators': {
      const draft = createDraft(before);
      const change = { now: context.now, inserting: context.inserting, subject: before._id };
      for (const { path, operand, apply } of update.changes) {
        for (const concrete of resolvePositions(draft, path, context.matched, context.arrayFilters)) {
          apply(draft, concrete, operand, change);
        }
      }
      return draft.root;
    }
  }
};

/** The bytes of an updated document. @throws CommandError Location17419 beyond the size MongoDB allows. */
export const encodeUpdated = (document: Document, sizeHint: number): Buffer => {
  const bytes = encode(document, sizeHint);
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
  const seed = update.kind === 'replacement' ? idOnly(equalities(filter)) : equalities(filter);
  const document = applyUpdate(seed, update, context);
  return fieldOf(document, '_id') === undefined ? { _id: new ObjectId(), ...document } : withIdFirst(document);
};

const idOnly = (document: Document): Document => (document._id === undefined ? {} : { _id: document._id });

const equalities = (filter: Document): Document => {
  const draft = createDraft({});
  const visit = (part: Document): void => {
    for (const name of Object.keys(part)) {
      const condition = part[name] ?? null;
      if (name === '$and' && Array.isArray(condition)) condition.filter(isDocument).forEach(visit);
      else if (name === '$or' && Array.isArray(condition) && condition.length === 1)
        condition.filter(isDocument).forEach(visit);
      else if (!name.startsWith('$')) {
        const value = equalityOf(condition);
        if (value !== undefined) draft.set(name.split('.'), value);
      }
    }
  };
  visit(filter);
  return draft.root;
};

const equalityOf = (condition: Value): Value | undefined => {
  if (!isOperators(condition)) return condition;
  if (condition.$eq !== undefined) return condition.$eq;
  const [only, ...others] = Array.isArray(condition.$in) ? condition.$in : [];
  const [all, ...further] = Array.isArray(condition.$all) ? condition.$all : [];
  if (only !== undefined && others.length === 0) return only;
  return all !== undefined && further.length === 0 ? all : undefined;
};
