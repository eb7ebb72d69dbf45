import { BSONRegExp } from 'bson';
import { compareStrings } from '../bson/compare.ts';
import { type Document, isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isOperators } from '../query/filter-shape.ts';
import { splitPath } from '../query/path.ts';
import { createDraft } from './draft.ts';

type Equality = readonly [path: string, value: Value];

/**
 * What an upsert begins with: the values its filter demands, in the order of their paths.
 * @throws CommandError NotSingleValueField when the filter demands a path twice, or a path and one below it.
 */
export const seedOf = (filter: Document): Document => seedFrom(equalitiesOf(filter));

/** What an upsert by a replacement begins with: `_id` alone. @throws CommandError NotExactValueField for a part of `_id`. */
export const idSeedOf = (filter: Document): Document => {
  const ofId = equalitiesOf(filter).filter(([path]) => path === '_id' || path.startsWith('_id.'));
  const below = ofId.find(([path]) => path !== '_id');
  if (below && ofId.every(([path]) => path !== '_id')) {
    throw new CommandError(
      'NotExactValueField',
      `field at '_id' must be exactly specified, field at sub-path '${below[0]}'found`,
    );
  }
  return seedFrom(ofId);
};

const seedFrom = (equalities: readonly Equality[]): Document => {
  const draft = createDraft({});
  const seen = new Set<string>();
  for (const [path, value] of [...equalities].sort(([a], [b]) => compareStrings(a, b))) {
    assertSingle(path, seen);
    seen.add(path);
    draft.set(splitPath(path), value);
  }
  return draft.root;
};

const assertSingle = (path: string, seen: ReadonlySet<string>): void => {
  const parts = splitPath(path);
  for (let length = parts.length; length > 0; length -= 1) {
    const parent = parts.slice(0, length).join('.');
    if (!seen.has(parent)) continue;
    throw new CommandError(
      'NotSingleValueField',
      parent === path
        ? `cannot infer query fields to set, path '${path}' is matched twice`
        : `cannot infer query fields to set, both paths '${path}' and '${parent}' are matched`,
    );
  }
};

const equalitiesOf = (filter: Document): Equality[] =>
  Object.keys(filter).flatMap((name): Equality[] => {
    const condition = filter[name] ?? null;
    if (!name.startsWith('$')) return demandedBy(condition).map((value): Equality => [name, value]);
    const parts = Array.isArray(condition) ? condition.filter(isDocument) : [];
    return name === '$and' || (name === '$or' && parts.length === 1) ? parts.flatMap(equalitiesOf) : [];
  });

/** The values a condition demands to be equal: none, one, or several, which no document can have. */
const demandedBy = (condition: Value): Value[] => {
  if (!isOperators(condition)) return withoutPatterns([condition]);
  const { $eq, $in, $all } = condition;
  return [
    ...($eq === undefined ? [] : [$eq]),
    ...(Array.isArray($in) && $in.length === 1 ? withoutPatterns($in) : []),
    ...(Array.isArray($all) ? withoutPatterns($all).filter((value) => !isOperators(value)) : []),
  ];
};

/** A regular expression is no value to be equal to, save behind `$eq`. */
const withoutPatterns = (values: readonly Value[]): Value[] => values.filter((value) => !(value instanceof BSONRegExp));

/** @throws CommandError QueryFeatureNotAllowed for `$expr`: nobody could tell what it demands. */
export const assertUpsertFilter = (filter: Document): void => {
  for (const name of Object.keys(filter)) {
    if (name === '$expr') {
      throw new CommandError('QueryFeatureNotAllowed', '$expr is not allowed in the query predicate for an upsert');
    }
    const clauses = filter[name];
    if (name.startsWith('$') && Array.isArray(clauses)) clauses.filter(isDocument).forEach(assertUpsertFilter);
  }
};
