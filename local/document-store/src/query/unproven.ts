import { valuesEqual } from '../bson/compare.ts';
import type { Document, Value } from '../bson/value.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import type { StoredDocument } from '../storage/document-cache.ts';
import { isOperators } from './filter-shape.ts';
import { compileFilter } from './match.ts';
import type { Plan } from './plan.ts';

/** What is left of a filter to be matched when documents were found by this plan: an area that was searched holds, for the index knows every point exactly. */
export const unproven = (plan: Plan, filter: Document): Document => {
  if (plan.kind !== 'index' && plan.kind !== 'geo') return filter;
  const left = unprovenBy(plan.index, filter);
  const area = plan.kind === 'geo' ? plan.index.definition.geoField?.name : undefined;
  if (area === undefined || !isAreaAlone(left[area])) return left;
  const { [area]: _proven, ...others } = left;
  return others;
};

/** What is left when documents come from this index: a condition that its partial filter repeats word for word holds for all of them. */
export const unprovenBy = ({ definition }: CollectionIndex, filter: Document): Document => {
  const { partialFilter } = definition;
  if (!partialFilter) return filter;
  return Object.fromEntries(
    Object.entries(filter).filter(([name, condition]) => !isSameValue(condition, partialFilter[name])),
  );
};

/** Whether a document meets what is left; where nothing is left it need not even be decoded. */
export const compileRest = (filter: Document): ((stored: StoredDocument) => boolean) => {
  const matches = compileFilter(filter);
  return Object.keys(filter).length === 0 ? () => true : (stored) => matches(stored.document);
};

const isAreaAlone = (condition: Value | undefined): boolean => {
  if (condition === undefined || !isOperators(condition)) return false;
  const names = Object.keys(condition);
  return names.length === 1 && (names[0] === '$geoWithin' || names[0] === '$geoIntersects');
};

const isSameValue = (condition: Value, demand: Value | undefined): boolean => {
  const isPlain = typeof condition === 'boolean' || typeof condition === 'string' || typeof condition === 'number';
  return isPlain && typeof demand === typeof condition && valuesEqual(condition, demand ?? null);
};
