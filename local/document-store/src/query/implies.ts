import { compareValues, valuesEqual } from '../bson/compare.ts';
import { type Document, isDocument, kindOf, type Value } from '../bson/value.ts';
import type { Condition, Conditions } from './conditions.ts';
import { isOperators } from './filter-shape.ts';
import { compileFilter } from './match.ts';

/**
 * Whether every document that fulfils `query` is in an index limited to `partialFilter`. Only certain if the answer is yes:
 * a shape not understood is a no, and the index is not used.
 */
export const implies = (query: Conditions, partialFilter: Document): boolean =>
  Object.keys(partialFilter).every((name) => {
    const demand = partialFilter[name] ?? null;
    if (name === '$and' && Array.isArray(demand)) {
      return demand.every((clause) => isDocument(clause) && implies(query, clause));
    }
    if (name.startsWith('$')) return false;
    return fieldImplied(query.get(name) ?? [], demand);
  });

const fieldImplied = (known: readonly Condition[], demand: Value): boolean => {
  if (!isOperators(demand)) return demandImplied(known, '$eq', demand);
  return Object.keys(demand).every((operator) => demandImplied(known, operator, demand[operator] ?? null));
};

const demandImplied = (known: readonly Condition[], operator: string, operand: Value): boolean =>
  known.some((condition) => {
    if (operator === '$exists' && operand !== false) return condition.excludesMissing;
    const values = pointValues(condition);
    if (values) {
      const matches = compileFilter({ value: { [operator]: operand } });
      return values.every((value) => !Array.isArray(value) && value !== null && matches({ value }));
    }
    if (condition.operator === operator && valuesEqual(condition.operand, operand)) return true;
    return rangeWithin(condition, operator, operand);
  });

const pointValues = ({ operator, operand }: Condition): Value[] | undefined => {
  if (operator === '$eq') return [operand];
  return operator === '$in' && Array.isArray(operand) ? operand : undefined;
};

/** `{ $gt: 5 }` implies `{ $gt: 3 }` and `{ $gte: 5 }`. */
const rangeWithin = (condition: Condition, operator: string, operand: Value): boolean => {
  if (condition.operator.slice(0, 2) !== operator.slice(0, 2)) return false;
  if (!['$gt', '$gte', '$lt', '$lte'].includes(condition.operator)) return false;
  if (!['$gt', '$gte', '$lt', '$lte'].includes(operator) || kindOf(condition.operand) !== kindOf(operand)) return false;
  const order = compareValues(condition.operand, operand) * (operator.startsWith('$g') ? 1 : -1);
  const touching = operator.endsWith('e') || condition.operator === operator;
  return order > 0 || (order === 0 && touching);
};
