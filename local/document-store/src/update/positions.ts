import { type Document, isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { compileFilter } from '../query/match.ts';
import type { Path } from '../query/path.ts';
import type { Draft } from './draft.ts';

/** The tests of an update's `arrayFilters`, by identifier. */
export type ArrayFilters = ReadonlyMap<string, (element: Value) => boolean>;

/** Whether a part of a path stands for positions of an array: `$`, `$[]` or `$[identifier]`. */
export const isPositional = (part: string): boolean => part === '$' || (part.startsWith('$[') && part.endsWith(']'));

/** The identifier of `$[identifier]`; empty for `$[]`, undefined for any other part. */
export const identifierIn = (part: string): string | undefined =>
  part.startsWith('$[') && part.endsWith(']') ? part.slice(2, -1) : undefined;

/** Reads `arrayFilters`. @throws CommandError FailedToParse when one is not about exactly one identifier. */
export const readArrayFilters = (value: Value | undefined): ArrayFilters => {
  const filters = new Map<string, (element: Value) => boolean>();
  for (const filter of Array.isArray(value) ? value : []) {
    const identifier = isDocument(filter) ? identifierOf(filter) : undefined;
    if (!isDocument(filter) || identifier === undefined) {
      throw new CommandError(
        'FailedToParse',
        'Cannot use an expression without a top-level field name in arrayFilters',
      );
    }
    if (!/^[a-z][a-zA-Z0-9]*$/.test(identifier)) {
      throw new CommandError(
        'BadValue',
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${identifier}'`,
      );
    }
    if (filters.has(identifier)) {
      throw new CommandError(
        'FailedToParse',
        `Found multiple array filters with the same top-level field name ${identifier}`,
      );
    }
    const matches = compileFilter(filter);
    filters.set(identifier, (element) => matches({ [identifier]: element }));
  }
  return filters;
};

const identifierOf = (filter: Document): string | undefined => {
  const names = new Set<string>();
  const visit = (part: Document): void => {
    for (const name of Object.keys(part)) {
      const clauses = part[name];
      if (!name.startsWith('$')) names.add(name.split('.')[0] ?? '');
      else if (Array.isArray(clauses)) clauses.filter(isDocument).forEach(visit);
    }
  };
  visit(filter);
  const [identifier, second] = names;
  if (second === undefined) return identifier;
  throw new CommandError(
    'FailedToParse',
    `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${identifier}' and '${second}'`,
  );
};

/**
 * The paths a path with `$`, `$[]` or `$[identifier]` means in this document.
 * @throws CommandError BadValue when `$` has no matched position, or the value is no array.
 */
export const resolvePositions = (
  draft: Draft,
  path: Path,
  matched: number | undefined,
  filters: ArrayFilters,
): Path[] => {
  const at = path.findIndex(isPositional);
  if (at < 0) return [path];
  const [before, part = '', after] = [path.slice(0, at), path[at], path.slice(at + 1)];
  const next = (position: number): Path[] =>
    resolvePositions(draft, [...before, String(position), ...after], matched, filters);
  if (part === '$') {
    if (matched === undefined) {
      throw new CommandError('BadValue', 'The positional operator did not find the match needed from the query.');
    }
    return next(matched);
  }
  const passes = filters.get(identifierIn(part) ?? '') ?? (() => true); // no filter: `$[]`, since parsing refuses all else
  const array = draft.get(before);
  if (!Array.isArray(array)) {
    const reason =
      array === undefined ? 'must exist in the document in order to apply array updates.' : 'must be an array.';
    throw new CommandError('BadValue', `The path '${before.join('.')}' ${reason}`);
  }
  return array.flatMap((element, position) => (passes(element) ? next(position) : []));
};
