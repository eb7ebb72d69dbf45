import { BSONRegExp } from 'bson';
import { type Document, isDocument, KIND, kindOf, type Value } from '../bson/value.ts';
import { EMPTY_ARRAY_KEY, encodeValue, kindBounds, stringPrefix, UPPER } from '../indexes/key-encoding.ts';
import { isOperators } from './filter-shape.ts';
import { isTruthy } from './match-operators.ts';
import { positionOf, splitPath } from './path.ts';
import { prefixOf } from './regex.ts';

/** A stretch of encoded values of one field. */
export interface Range {
  readonly low: Buffer;
  readonly lowIncluded: boolean;
  readonly high: Buffer;
  readonly highIncluded: boolean;
}

/** What one operator demands of one field, as far as an index can use it. */
export interface Condition {
  /** Every matching value lies in one of these; undefined: anywhere. */
  readonly ranges: readonly Range[] | undefined;
  /** Only single values: equality or a list. */
  readonly points: boolean;
  /** A document without the field cannot match, so an index that leaves it out may be used. */
  readonly excludesMissing: boolean;
  readonly operator: string;
  readonly operand: Value;
}

/** The conditions a filter sets for each path, all of which a matching document fulfils. */
export type Conditions = ReadonlyMap<string, readonly Condition[]>;

export const conditionsOf = (filter: Document): Conditions => {
  const conditions = new Map<string, Condition[]>();
  collect(filter, '', conditions);
  return conditions;
};

const collect = (filter: Document, prefix: string, conditions: Map<string, Condition[]>): void => {
  for (const name of Object.keys(filter)) {
    const operand = filter[name] ?? null;
    if (name === '$and' && Array.isArray(operand)) {
      for (const clause of operand) if (isDocument(clause)) collect(clause, prefix, conditions);
    } else if (!name.startsWith('$')) {
      collectField(`${prefix}${name}`, operand, conditions);
    }
  }
};

const collectField = (path: string, operand: Value, conditions: Map<string, Condition[]>): void => {
  const add = (read: Condition | undefined): void => {
    if (!read) return;
    // Through an array without documents `{ 'a.b': { $ne: null } }` holds, and there is no field.
    const mayMiss = read.operator === '$ne' && path.includes('.');
    const condition = mayMiss ? { ...read, excludesMissing: false } : read;
    const known = conditions.get(path);
    if (known) known.push(condition);
    else conditions.set(path, [condition]);
  };
  if (!isOperators(operand)) {
    add(conditionOf('$eq', operand));
    return;
  }
  for (const operator of Object.keys(operand)) {
    const value = operand[operator] ?? null;
    if (operator === '$elemMatch' && isOfFields(value)) collect(value, `${path}.`, conditions);
    else if (operator === '$regex') add(operand.$options ? ANY_STRING : regexCondition(value));
    else add(conditionOf(operator, value));
  }
};

/** Whether `$elemMatch` is about named fields of documents: what has a position for a name may be an array in the array. */
const isOfFields = (operand: Value): operand is Document =>
  isDocument(operand) &&
  !isOperators(operand) &&
  Object.keys(operand).every((name) => positionOf(splitPath(name)[0] ?? '') < 0);

const conditionOf = (operator: string, operand: Value): Condition | undefined => {
  switch (operator) {
    case '$eq':
      return operand instanceof BSONRegExp ? regexCondition(operand) : listCondition(operator, operand, [operand]);
    case '$in':
      return Array.isArray(operand) ? listCondition(operator, operand, operand) : undefined;
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return rangeCondition(operator, operand);
    case '$exists':
      return { ranges: undefined, points: false, excludesMissing: isTruthy(operand), operator, operand };
    case '$ne':
      return { ranges: undefined, points: false, excludesMissing: operand === null, operator, operand };
    default:
      return undefined;
  }
};

const listCondition = (operator: string, operand: Value, values: readonly Value[]): Condition | undefined => {
  if (values.some((value) => value instanceof BSONRegExp)) return undefined;
  const encoded = values.flatMap((value) => pointsFor(value));
  const unique = [...new Map(encoded.map((bytes) => [bytes.toString('latin1'), bytes])).values()].sort(Buffer.compare);
  return {
    ranges: unique.map((bytes) => ({ low: bytes, lowIncluded: true, high: bytes, highIncluded: true })),
    points: true,
    excludesMissing: !values.some((value) => kindOf(value) === KIND.null),
    operator,
    operand,
  };
};

/** An array is found under its first element or, as an element of an outer array, as itself. */
const pointsFor = (value: Value): Buffer[] => {
  if (!Array.isArray(value)) return [encodeValue(value)];
  return [value.length > 0 ? encodeValue(value[0]) : EMPTY_ARRAY_KEY, encodeValue(value)];
};

const rangeCondition = (operator: string, operand: Value): Condition | undefined => {
  const kind = kindOf(operand);
  if (kind === KIND.minKey || kind === KIND.maxKey || kind === KIND.array || kind === KIND.null) return undefined;
  const { low, high } = kindBounds(operand);
  const bound = encodeValue(operand);
  const included = operator === '$gte' || operator === '$lte';
  const range: Range = operator.startsWith('$g')
    ? { low: bound, lowIncluded: included, high, highIncluded: false }
    : { low, lowIncluded: true, high: bound, highIncluded: included };
  return { ranges: [range], points: false, excludesMissing: true, operator, operand };
};

const regexCondition = (operand: Value): Condition => {
  const prefix = prefixOf(operand);
  if (prefix === undefined) return { ...ANY_STRING, operator: '$regex', operand };
  const low = stringPrefix(prefix);
  const strings: Range = { low, lowIncluded: true, high: Buffer.concat([low, UPPER]), highIncluded: false };
  const self = operand instanceof BSONRegExp ? encodeValue(operand) : undefined;
  const ranges = self ? [strings, { low: self, lowIncluded: true, high: self, highIncluded: true }] : [strings];
  return { ranges, points: false, excludesMissing: true, operator: '$regex', operand };
};

const ANY_STRING: Condition = {
  ranges: undefined,
  points: false,
  excludesMissing: true,
  operator: '$regex',
  operand: null,
};

/** The part both ranges share. */
export const intersect = (a: Range, b: Range): Range => {
  const low = Buffer.compare(a.low, b.low);
  const high = Buffer.compare(a.high, b.high);
  return {
    low: low >= 0 ? a.low : b.low,
    lowIncluded: low === 0 ? a.lowIncluded && b.lowIncluded : low > 0 ? a.lowIncluded : b.lowIncluded,
    high: high <= 0 ? a.high : b.high,
    highIncluded: high === 0 ? a.highIncluded && b.highIncluded : high < 0 ? a.highIncluded : b.highIncluded,
  };
};
