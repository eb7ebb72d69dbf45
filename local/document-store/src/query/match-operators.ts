import { BSONRegExp } from 'bson';
import { compareValues, valuesEqual } from '../bson/compare.ts';
import { type Document, isDocument, KIND, kindOf, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isOperators, type Matcher, type Test } from './filter-shape.ts';
import { bits, modulo } from './match-numbers.ts';
import { compileRegex } from './regex.ts';

type CompileFilter = (filter: Document) => Matcher;

/** Equality as MongoDB means it; a regular expression as operand also matches strings. */
export const equalTo = (operand: Value): Test => {
  if (operand instanceof BSONRegExp) return regexTest(operand);
  if (typeof operand === 'string' || typeof operand === 'boolean') {
    return { test: (value) => value === operand, arrays: 'elements-too' };
  }
  return { test: (value) => valuesEqual(value, operand), arrays: 'elements-too' };
};

/** Compiles `{ operator: operand }` for the values of one field. @throws CommandError BadValue for what MongoDB refuses. */
export const compileOperator = (operator: string, operand: Value, compileFilter: CompileFilter): Test => {
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
    case '$elemMatch':
      return elementMatches(operand, compileFilter);
    default:
      return compileRareOperator(operator, operand, compileFilter);
  }
};

const compileRareOperator = (operator: string, operand: Value, compileFilter: CompileFilter): Test => {
  switch (operator) {
    case '$all':
      return allPresent(operand, compileFilter);
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
  const strings = new Set(operand.filter((item) => typeof item === 'string'));
  const onlyStrings = strings.size > 0 && operand.every((item) => typeof item === 'string');
  if (onlyStrings) {
    return { test: (value) => typeof value === 'string' && strings.has(value), arrays: 'elements-too' };
  }
  return { test: (value) => tests.some((test) => test(value)), arrays: 'elements-too' };
};

const regexTest = (operand: Value): Test => {
  const regex = compileRegex(operand);
  return {
    test: (value) =>
      typeof value === 'string'
        ? regex.test(value)
        : value instanceof BSONRegExp && operand instanceof BSONRegExp && valuesEqual(value, operand),
    arrays: 'elements-too',
  };
};

const elementMatches = (operand: Value, compileFilter: CompileFilter): Test => {
  if (!isDocument(operand)) throw new CommandError('BadValue', '$elemMatch needs an Object');
  const logical = ['$and', '$or', '$nor', '$expr'];
  const onValues = isOperators(operand) && !Object.keys(operand).some((name) => logical.includes(name));
  const matches = compileFilter(onValues ? { value: operand } : operand);
  const passes = (element: Value): boolean =>
    onValues ? matches({ value: element }) : isDocument(element) && matches(element);
  return {
    test: (value, onElement) => {
      const position = Array.isArray(value) ? value.findIndex(passes) : -1;
      if (position < 0) return false;
      onElement?.(position);
      return true;
    },
    arrays: 'whole',
  };
};

const allPresent = (operand: Value, compileFilter: CompileFilter): Test => {
  if (!Array.isArray(operand)) throw new CommandError('BadValue', '$all needs an array');
  const tests = operand.map((item) => {
    if (isDocument(item) && item.$elemMatch !== undefined) return elementMatches(item.$elemMatch, compileFilter).test;
    const { test } = equalTo(item);
    return (value: Value | undefined) =>
      test(value) || (Array.isArray(value) && value.some((element) => test(element)));
  });
  return { test: (value) => tests.length > 0 && tests.every((test) => test(value)), arrays: 'whole' };
};

const ofSize = (operand: Value): Test => {
  const size = Number(numberOf(operand));
  if (!Number.isInteger(size) || size < 0) {
    throw new CommandError(
      'BadValue',
      `Failed to parse $size. Expected a non-negative number in: $size: ${typeNameOf(operand)}`,
    );
  }
  return { test: (value) => Array.isArray(value) && value.length === size, arrays: 'whole' };
};

const TYPE_CODES: Record<number, string> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  13: 'javascript',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  127: 'maxKey',
  [-1]: 'minKey',
};

const ofType = (operand: Value): Test => {
  const wanted = new Set<string>();
  for (const item of Array.isArray(operand) ? operand : [operand]) {
    const name = typeof item === 'string' ? item : TYPE_CODES[Number(numberOf(item))];
    if (name === undefined || !(name === 'number' || Object.values(TYPE_CODES).includes(name))) {
      throw new CommandError('BadValue', `Unknown type name alias: ${String(item)}`);
    }
    for (const one of name === 'number' ? ['int', 'long', 'double', 'decimal'] : [name]) wanted.add(one);
  }
  return { test: (value) => value !== undefined && wanted.has(typeNameOf(value)), arrays: 'elements-too' };
};
