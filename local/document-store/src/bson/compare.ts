import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, ObjectId, Timestamp } from 'bson';
import { type Document, isDocument, isInt32, KIND, kindOf, numberOf, type Value } from './value.ts';

/**
 * MongoDB's total order over values of all types: negative, zero or positive. Numbers compare by value whatever their type,
 * NaN is the smallest number, a missing field equals null, strings compare by their UTF-8 bytes.
 */
export const compareValues = (a: Value | undefined, b: Value | undefined): number => {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const kind = kindOf(a);
  const byKind = kind - kindOf(b);
  if (byKind !== 0) return byKind;
  return compareSameKind(a, b, kind);
};

/** Whether two values are equal as MongoDB's `$eq` sees it: 1, 1.0 and int64 1 are; fields of documents must stand in the same order. */
export const valuesEqual = (a: Value | undefined, b: Value | undefined): boolean =>
  a === b || compareValues(a, b) === 0;

/** Whether two values have the same bytes: equal, and of the same type throughout. */
export const valuesIdentical = (a: Value | undefined, b: Value | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b;
  if (typeof a !== typeof b) return false;
  if (typeof a !== 'object' || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => valuesIdentical(item, b[index]));
  }
  if (isDocument(a)) return isDocument(b) && documentsIdentical(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Decimal128) return a.toString() === String(b);
  return compareValues(a, b) === 0;
};

const documentsIdentical = (a: Document, b: Document): boolean => {
  const names = Object.keys(a);
  const others = Object.keys(b);
  return (
    names.length === others.length &&
    names.every((name, index) => name === others[index] && valuesIdentical(a[name], b[name]))
  );
};

const compareNumbers = (a: number | bigint, b: number | bigint): number => {
  if (a < b) return -1;
  if (a > b) return 1;
  // Equal, or NaN on one side at least.
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
};

/** By code point, which is the order of the UTF-8 bytes; JavaScript's own order misplaces characters above U+FFFF. */
export const compareStrings = (a: string, b: string): number => {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return aboveSurrogates(left) - aboveSurrogates(right);
  }
  return a.length - b.length;
};

const aboveSurrogates = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x2000 : unit + 0x2000;
};

const compareSameKind = (a: Value | undefined, b: Value | undefined, kind: number): number => {
  switch (kind) {
    case KIND.number:
      return compareNumbers(numberOf(a) ?? 0, numberOf(b) ?? 0);
    case KIND.string:
      return compareStrings(textOf(a), textOf(b));
    case KIND.object:
      return isDocument(a) && isDocument(b) ? compareDocuments(a, b) : 0;
    case KIND.array:
      return Array.isArray(a) && Array.isArray(b) ? compareArrays(a, b) : 0;
    case KIND.boolean:
      return Number(a) - Number(b);
    case KIND.date:
      return a instanceof Date && b instanceof Date ? a.getTime() - b.getTime() : 0;
    default:
      return compareRareKind(a, b);
  }
};

const compareRareKind = (a: Value | undefined, b: Value | undefined): number => {
  if (a instanceof ObjectId && b instanceof ObjectId) return Buffer.compare(a.id, b.id);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.compare(b);
  if (a instanceof Binary && b instanceof Binary) return compareBinaries(a, b);
  if (a instanceof BSONRegExp && b instanceof BSONRegExp) {
    return compareStrings(a.pattern, b.pattern) || compareStrings(a.options, b.options);
  }
  if (a instanceof Code && b instanceof Code) return compareStrings(String(a.code), String(b.code));
  return 0;
};

const textOf = (value: Value | undefined): string => (value instanceof BSONSymbol ? value.value : String(value));

const compareBinaries = (a: Binary, b: Binary): number =>
  a.position - b.position ||
  a.sub_type - b.sub_type ||
  Buffer.compare(a.buffer.subarray(0, a.position), b.buffer.subarray(0, b.position));

const compareArrays = (a: readonly Value[], b: readonly Value[]): number => {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareValues(a[index], b[index]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

/** Field by field in stored order: type class, then name, then value. */
const compareDocuments = (a: Document, b: Document): number => {
  const names = Object.keys(a);
  const others = Object.keys(b);
  const length = Math.min(names.length, others.length);
  for (let index = 0; index < length; index += 1) {
    const name = names[index] ?? '';
    const other = others[index] ?? '';
    const left = a[name];
    const right = b[other];
    const order = kindOf(left) - kindOf(right) || compareStrings(name, other) || compareValues(left, right);
    if (order !== 0) return order;
  }
  return names.length - others.length;
};

/** Whether a value is written as a double; its sums stay doubles. */
export const isDouble = (value: Value | undefined): boolean =>
  value instanceof Double || (typeof value === 'number' && !isInt32(value));
