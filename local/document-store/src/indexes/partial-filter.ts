import { BSONRegExp } from 'bson';
import { type Document, isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isOperators } from '../query/filter-shape.ts';
import { isTruthy } from '../query/match-operators.ts';
import { inShell } from './duplicate-key.ts';

// Operators MongoDB has but not for a partial filter; one it does not have at all is refused where the filter is compiled.
const NOT_IN_PARTIAL = ['$ne', '$nin', '$not', '$regex', '$all', '$elemMatch', '$size', '$mod', '$near', '$nearSphere'];

/**
 * Which filters a new index may have: nothing that negates, nothing that searches.
 * @throws CommandError CannotCreateIndex.
 */
export const assertPartialFilter = (filter: Document): void => {
  for (const name of Object.keys(filter)) {
    const condition = filter[name] ?? null;
    if ((name === '$and' || name === '$or') && Array.isArray(condition)) {
      condition.filter(isDocument).forEach(assertPartialFilter);
    } else if (['$nor', '$expr'].includes(name) || !isPartialCondition(condition)) {
      throw new CommandError(
        'CannotCreateIndex',
        `Expression not supported in partial index: ${inShell({ [name]: condition })}`,
      );
    }
  }
};

const isPartialCondition = (condition: Value): boolean => {
  if (condition instanceof BSONRegExp) return false;
  if (!isOperators(condition)) return true;
  return Object.keys(condition).every((operator) =>
    operator === '$exists'
      ? isTruthy(condition.$exists)
      : !(NOT_IN_PARTIAL.includes(operator) || operator.startsWith('$bits')),
  );
};
