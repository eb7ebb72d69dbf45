import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Double,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  type UUID,
} from 'bson';

/**
 * A BSON value in memory. A plain `number` stands for int32 when it is a 32-bit integer and for double otherwise; a double
 * that happens to hold a 32-bit integer is a `Double`; int64 is `bigint`. So every number keeps its type from read to write.
 * Values are never changed in place: the same object may sit in the cache, in a reply and in a later version of its document.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | ObjectId
  | Double
  | Decimal128
  | Binary
  | UUID
  | Timestamp
  | BSONRegExp
  | BSONSymbol
  | Code
  | MinKey
  | MaxKey
  | Value[]
  | Document;

export interface Document {
  [field: string]: Value;
}

/** The classes of BSON's comparison order, in that order (MongoDB manual, "Comparison/Sort Order"). */
export const KIND = {
  minKey: 1,
  emptyArray: 3,
  null: 5,
  number: 10,
  string: 15,
  object: 20,
  array: 25,
  binary: 30,
  objectId: 35,
  boolean: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  code: 60,
  maxKey: 100,
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

/** The comparison class of a value; a missing field counts as null. */
export const kindOf = (value: Value | undefined): Kind => {
  switch (typeof value) {
    case 'string':
      return KIND.string;
    case 'number':
    case 'bigint':
      return KIND.number;
    case 'boolean':
      return KIND.boolean;
    case 'undefined':
      return KIND.null;
    default:
      return kindOfObject(value);
  }
};

const kindOfObject = (value: Value): Kind => {
  if (value === null) return KIND.null;
  if (Array.isArray(value)) return KIND.array;
  if (Object.getPrototypeOf(value) === Object.prototype) return KIND.object;
  if (value instanceof ObjectId) return KIND.objectId;
  if (value instanceof Date) return KIND.date;
  if (value instanceof Double || value instanceof Decimal128) return KIND.number;
  if (value instanceof Timestamp) return KIND.timestamp;
  if (value instanceof Binary) return KIND.binary;
  if (value instanceof BSONRegExp) return KIND.regex;
  if (value instanceof BSONSymbol) return KIND.string;
  if (value instanceof Code) return KIND.code;
  if (value instanceof MinKey) return KIND.minKey;
  if (value instanceof MaxKey) return KIND.maxKey;
  return KIND.object;
};

/** Whether a value is an embedded document. The prototype decides: a field called `_bsontype` must not disguise one. */
export const isDocument = (value: Value | undefined): value is Document =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** A document's own field. `toString` or `__proto__` as a field name must not find what every object inherits. */
export const fieldOf = (document: Document, name: string): Value | undefined => {
  const value: unknown = document[name];
  if (typeof value === 'function' || value === Object.prototype) return undefined;
  return document[name];
};

/** Sets a document's own field, also when it is called `__proto__`. */
export const setField = (document: Document, name: string, value: Value): void => {
  if (name === '__proto__')
    Object.defineProperty(document, name, { value, enumerable: true, writable: true, configurable: true });
  else document[name] = value;
};

export const isInt32 = (value: number): boolean => (value | 0) === value && !Object.is(value, -0);

/** A double as a value: wrapped when a plain number would be read as int32. */
export const double = (value: number): Value => (isInt32(value) ? new Double(value) : value);

/** The number behind any numeric value, or undefined. Decimal128 is compared at double precision. */
export const numberOf = (value: Value | undefined): number | bigint | undefined => {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Double) return value.value;
  if (value instanceof Decimal128) return Number(value.toString());
  return undefined;
};

/** The name of a value's BSON type as MongoDB's error messages spell it. */
export const typeNameOf = (value: Value | undefined): string => {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return isInt32(value) ? 'int' : 'double';
  if (typeof value === 'bigint') return 'long';
  if (value instanceof Double) return 'double';
  if (value instanceof Decimal128) return 'decimal';
  if (value instanceof BSONSymbol) return 'symbol';
  if (value instanceof Code && value.scope) return 'javascriptWithScope';
  return TYPE_NAMES[kindOf(value)] ?? 'object';
};

const TYPE_NAMES: Partial<Record<Kind, string>> = {
  [KIND.minKey]: 'minKey',
  [KIND.null]: 'null',
  [KIND.string]: 'string',
  [KIND.object]: 'object',
  [KIND.array]: 'array',
  [KIND.binary]: 'binData',
  [KIND.objectId]: 'objectId',
  [KIND.boolean]: 'bool',
  [KIND.date]: 'date',
  [KIND.timestamp]: 'timestamp',
  [KIND.regex]: 'regex',
  [KIND.code]: 'javascript',
  [KIND.maxKey]: 'maxKey',
};
