import { BSONRegExp } from 'bson';
import { compareValues, valuesEqual } from '../bson/compare.ts';
import { type Document, isDocument, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { inShell } from '../indexes/duplicate-key.ts';
import { isOperators } from '../query/filter-shape.ts';
import { compileFilter, compileValueConditions } from '../query/match.ts';
import type { Path } from '../query/path.ts';
import { compareBy, readSort } from '../query/sort.ts';
import type { Draft } from './draft.ts';

type ArrayOperator = (draft: Draft, path: Path, operand: Value) => void;

const arrayAt = (draft: Draft, path: Path, operator: string): Value[] | undefined => {
  const value = draft.get(path);
  if (value === undefined || Array.isArray(value)) return value;
  if (operator === '$push') {
    throw new CommandError(
      'BadValue',
      `The field '${path.join('.')}' must be an array but is of type ${typeNameOf(value)} in document`,
    );
  }
  if (operator === '$addToSet') {
    throw new CommandError(
      'BadValue',
      `Cannot apply $addToSet to non-array field. Field named '${path.at(-1)}' has non-array type ${typeNameOf(value)}`,
    );
  }
  if (operator === '$pop') {
    throw new CommandError(
      'TypeMismatch',
      `Path '${path.join('.')}' contains an element of non-array type '${typeNameOf(value)}'`,
    );
  }
  throw new CommandError('BadValue', `Cannot apply ${operator} to a non-array value`);
};

const hasEach = (operand: Value): operand is Document => isDocument(operand) && operand.$each !== undefined;

const eachOf = (operator: string, operand: Document): Value[] => {
  if (Array.isArray(operand.$each)) return operand.$each;
  throw new CommandError(
    'BadValue',
    `The argument to $each in ${operator} must be an array but it was of type ${typeNameOf(operand.$each)}`,
  );
};

const integerOf = (name: string, value: Value): number => {
  const number = Number(numberOf(value) ?? Number.NaN);
  if (Number.isInteger(number)) return number;
  throw new CommandError(
    'BadValue',
    `The value for ${name} must be an integer value but was given type: ${typeNameOf(value)}`,
  );
};

/** `$push` with `$each`, `$position`, `$sort` and `$slice`, applied in that order whatever order they are written in. */
const push: ArrayOperator = (draft, path, operand) => {
  const current = arrayAt(draft, path, '$push') ?? [];
  if (!hasEach(operand)) {
    draft.set(path, [...current, operand]);
    return;
  }
  let values = insertAt(current, eachOf('$push', operand), operand.$position);
  if (operand.$sort !== undefined) values = sortValues(values, operand.$sort);
  if (operand.$slice !== undefined) values = slice(values, integerOf('$slice', operand.$slice));
  draft.set(path, values);
};

const PUSH_CLAUSES = ['$each', '$position', '$sort', '$slice'];

const checkPush = (operand: Value): void => {
  if (!hasEach(operand)) return;
  const unknown = Object.keys(operand).find((name) => !PUSH_CLAUSES.includes(name));
  if (unknown) throw new CommandError('BadValue', `Unrecognized clause in $push: ${unknown}`);
  eachOf('$push', operand);
  if (operand.$position !== undefined) integerOf('$position', operand.$position);
  if (operand.$slice !== undefined) integerOf('$slice', operand.$slice);
  if (operand.$sort !== undefined) checkSort(operand.$sort);
};

const checkSort = (sort: Value): void => {
  if (isDocument(sort)) {
    if (Object.keys(sort).length === 0) {
      throw new CommandError('BadValue', 'The sort pattern is empty when it should be a set of fields.');
    }
    readSort(sort);
    return;
  }
  const order = Number(numberOf(sort) ?? 0);
  if (order === 1 || order === -1) return;
  throw new CommandError(
    'BadValue',
    'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
  );
};

const insertAt = (current: readonly Value[], items: readonly Value[], position: Value | undefined): Value[] => {
  if (position === undefined) return [...current, ...items];
  const at = integerOf('$position', position);
  const index = at < 0 ? Math.max(0, current.length + at) : Math.min(at, current.length);
  return [...current.slice(0, index), ...items, ...current.slice(index)];
};

const sortValues = (values: readonly Value[], sort: Value): Value[] => {
  if (!isDocument(sort)) {
    const order = integerOf('$sort', sort);
    return [...values].sort((a, b) => compareValues(a, b) * order);
  }
  const compare = compareBy(readSort(sort));
  return [...values].sort((a, b) => compare(isDocument(a) ? a : {}, isDocument(b) ? b : {}));
};

/** The first `count` values, or the last for a negative count. */
export const slice = (values: readonly Value[], count: number): Value[] => {
  if (count === 0) return [];
  return count > 0 ? values.slice(0, count) : values.slice(count);
};

const addToSet: ArrayOperator = (draft, path, operand) => {
  const values = [...(arrayAt(draft, path, '$addToSet') ?? [])];
  const before = values.length;
  for (const item of hasEach(operand) ? eachOf('$addToSet', operand) : [operand]) {
    if (!values.some((value) => valuesEqual(value, item))) values.push(item);
  }
  if (values.length !== before || draft.get(path) === undefined) draft.set(path, values);
};

const checkAddToSet = (operand: Value): void => {
  if (!hasEach(operand)) return;
  eachOf('$addToSet', operand);
  const unexpected = Object.keys(operand).find((name) => name !== '$each');
  if (unexpected === undefined) return;
  throw new CommandError('BadValue', `Found unexpected fields after $each in $addToSet: ${unexpected}`);
};

/** Removes what matches: a document's condition is a filter for documents, anything else must be equal. */
const pull: ArrayOperator = (draft, path, operand) => {
  const values = arrayAt(draft, path, '$pull');
  if (!values) return;
  const matches = pulled(operand);
  draft.set(
    path,
    values.filter((value) => !matches(value)),
  );
};

const pulled = (operand: Value): ((value: Value) => boolean) => {
  if (isValueCondition(operand) || operand instanceof BSONRegExp) {
    return compileValueConditions(isDocument(operand) ? operand : { $regex: operand });
  }
  if (!isDocument(operand)) return (value) => valuesEqual(value, operand);
  const matches = compileFilter(operand);
  return (value) => isDocument(value) && matches(value);
};

/** Whether a condition is about the elements themselves; `$or` and its kind join conditions on the fields of documents. */
const isValueCondition = (operand: Value): operand is Document =>
  isOperators(operand) && !Object.keys(operand).some((name) => ['$and', '$or', '$nor', '$expr'].includes(name));

const checkPull = (operand: Value): void => {
  pulled(operand);
};

const pullAll: ArrayOperator = (draft, path, operand) => {
  const values = arrayAt(draft, path, '$pullAll');
  if (!values || !Array.isArray(operand)) return;
  draft.set(
    path,
    values.filter((value) => !operand.some((item) => valuesEqual(value, item))),
  );
};

const checkPullAll = (operand: Value): void => {
  if (Array.isArray(operand)) return;
  throw new CommandError('BadValue', `$pullAll requires an array argument but was given a ${typeNameOf(operand)}`);
};

/** Removes the last value for 1, the first for -1. */
const pop: ArrayOperator = (draft, path, operand) => {
  const values = arrayAt(draft, path, '$pop');
  if (values && values.length > 0)
    draft.set(path, Number(numberOf(operand)) === 1 ? values.slice(0, -1) : values.slice(1));
};

const checkPop = (operand: Value): void => {
  const end = Number(numberOf(operand) ?? 0);
  if (end === 1 || end === -1) return;
  throw new CommandError('FailedToParse', `$pop expects 1 or -1, found: ${inShell(operand)}`);
};

/** The operators on arrays, as `field-operators.ts` lists them. */
export const ARRAY_OPERATORS = {
  $push: { apply: push, check: checkPush },
  $addToSet: { apply: addToSet, check: checkAddToSet },
  $pull: { apply: pull, check: checkPull },
  $pullAll: { apply: pullAll, check: checkPullAll },
  $pop: { apply: pop, check: checkPop },
} as const;
