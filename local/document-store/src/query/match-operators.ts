import { BSONRegExp, BSONSymbol } from 'bson';
import { compareValues, valuesEqual } from '../bson/compare.ts';
import { KIND, kindOf, numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isOperators, type Test } from './filter-shape.ts';
import { ofSize } from './match-arrays.ts';
import { bits, modulo } from './match-numbers.ts';
import { ofType } from './match-types.ts';
import { compileRegex } from './regex.ts';

/** Equality as MongoDB means it; a regular expression as operand also matches strings. */
export const equalTo = (operand: Value): Test => {
  if (operand instanceof BSONRegExp) return regexTest(operand);
  if (typeof operand === 'boolean') return { test: (value) => value === operand, arrays: 'elements-too' };
  if (typeof operand === 'string') return { test: (value) => textOf(value) === operand, arrays: 'elements-too' };
  return { test: (value) => valuesEqual(value, operand), arrays: 'elements-too' };
};

/** Compiles `{ operator: operand }` for the values of one field. @throws CommandError BadValue for what MongoDB refuses. */
export const compileOperator = (operator: string, operand: Value): Test => {
  switch (operator) {
    case '$eq':
      return operand instanceof BSONRegExp ? exactly(operand) : equalTo(operand);
    case '$ne':
      if (operand instanceof BSONRegExp) throw new CommandError('BadValue', "Can't have regex as arg to $ne.");
      return { ...equalTo(operand), negated: true };
    case '$gt':
      return compared(operand, (order) => order > 0);
    case '$gte':
      return compared(operand, (order) => order >= 0);
    case '$lt':
      return compared(operand, (order) => order < 0);
    case '$lte':
      return compared(operand, (order) => order <= 0);
    case '$in':
      return oneOf(operator, operand);
    case '$nin':
      return { ...oneOf(operator, operand), negated: true };
    case '$exists':
      return { test: (value) => value !== undefined, arrays: 'whole', negated: !isTruthy(operand) };
    case '$regex':
      return regexTest(operand);
    default:
      return compileRareOperator(operator, operand);
  }
};

const compileRareOperator = (operator: string, operand: Value): Test => {
  switch (operator) {
    case '$size':
      return ofSize(operand);
    case '$type':
      return ofType(operand);
    case '$mod':
      return modulo(operand);
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
      return bits(operator, operand);
    case '$options':
      throw new CommandError('BadValue', '$options needs a $regex');
    default:
      throw new CommandError('BadValue', `unknown operator: ${operator}`);
  }
};

/** Whether a flag of a command or operator is on; numbers count by not being zero. */
export const isTruthy = (value: Value | undefined): boolean => {
  if (value === undefined || value === null || value === false) return false;
  const number = numberOf(value);
  return number === undefined || Number(number) !== 0;
};

const exactly = (operand: Value): Test => ({ test: (value) => valuesEqual(value, operand), arrays: 'elements-too' });

/** Comparisons never cross types: `{ $gt: 5 }` matches numbers only. MinKey and MaxKey compare with everything. */
const compared = (operand: Value, holds: (order: number) => boolean): Test => {
  if (operand instanceof BSONRegExp) throw new CommandError('BadValue', "Can't have RegEx as arg to predicate");
  const kind = kindOf(operand);
  if (kind === KIND.minKey || kind === KIND.maxKey) {
    return { test: (value) => value !== undefined && holds(compareValues(value, operand)), arrays: 'elements-too' };
  }
  const number = numberOf(operand);
  if (Number.isNaN(number)) {
    const equality = holds(0);
    return { test: (value) => equality && Number.isNaN(numberOf(value)), arrays: 'elements-too' };
  }
  return {
    test: (value) => {
      if (kindOf(value) !== kind || Number.isNaN(numberOf(value))) return false;
      return holds(compareValues(value, operand));
    },
    arrays: 'elements-too',
  };
};

const oneOf = (operator: string, operand: Value): Test => {
  if (!Array.isArray(operand)) throw new CommandError('BadValue', `${operator} needs an array`);
  if (operand.some(isOperators)) throw new CommandError('BadValue', `cannot nest $ under ${operator}`);
  const tests = operand.map((item) => equalTo(item).test);
  const strings = new Set<Value>(operand.filter((item) => typeof item === 'string'));
  const onlyStrings = strings.size > 0 && operand.every((item) => typeof item === 'string');
  if (onlyStrings) {
    return { test: (value) => strings.has(textOf(value) ?? null), arrays: 'elements-too' };
  }
  return { test: (value) => tests.some((test) => test(value)), arrays: 'elements-too' };
};

/** The text of a string or symbol; nothing else matches as text. */
const textOf = (value: Value | undefined): string | undefined => {
  if (typeof value === 'string') return value;
  return value instanceof BSONSymbol ? value.value : undefined;
};

const regexTest = (operand: Value): Test => {
  const regex = compileRegex(operand);
  return {
    test: (value) => {
      const text = textOf(value);
      if (text !== undefined) return regex.test(text);
      return value instanceof BSONRegExp && operand instanceof BSONRegExp && valuesEqual(value, operand);
    },
    arrays: 'elements-too',
  };
};
