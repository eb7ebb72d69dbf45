import { type Document, isDocument, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';

/** What a field holds. `bool` takes numbers too, `count` is a number not below zero, `any` is looked at where it is used. */
type FieldType = 'bool' | 'object' | 'array' | 'objects' | 'string' | 'long' | 'longs' | 'count' | 'any';

/** The fields of a command, or of one statement of it. */
export interface Shape {
  readonly required?: Readonly<Record<string, FieldType>>;
  readonly optional?: Readonly<Record<string, FieldType>>;
}

/** Every command may carry these, and what begins with a dollar. */
const GENERIC = new Set([
  'lsid',
  'txnNumber',
  'comment',
  'writeConcern',
  'readConcern',
  'maxTimeMS',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
]);

/**
 * Refuses fields as MongoDB's own parser of commands does. `name` is where the document stands, such as `update.updates`.
 * @throws CommandError Location40415 for an unknown field, Location40414 for a missing one, TypeMismatch for a wrong type.
 */
export const assertShape = (document: Document, name: string, { required = {}, optional = {} }: Shape): void => {
  for (const field of Object.keys(document)) {
    const type = required[field] ?? optional[field];
    if (type !== undefined) assertType(document[field] ?? null, type, `${name}.${field}`);
    else if (field !== name && !field.startsWith('$') && !GENERIC.has(field)) {
      throw new CommandError('Location40415', `BSON field '${name}.${field}' is an unknown field.`);
    }
  }
  for (const field of Object.keys(required)) {
    if ((document[field] ?? null) === null) throw missingField(`${name}.${field}`);
  }
};

export const missingField = (name: string): CommandError =>
  new CommandError('Location40414', `BSON field '${name}' is missing but a required field`);

export const wrongType = (name: string, value: Value, wanted: string): CommandError =>
  new CommandError(
    'TypeMismatch',
    `BSON field '${name}' is the wrong type '${typeNameOf(value)}', expected type '${wanted}'`,
  );

const ITEMS = { objects: 'object', longs: 'long' } as const;

/** Null counts as a field left out. */
const assertType = (value: Value, type: FieldType, name: string): void => {
  if (value === null || type === 'any') return;
  if (type === 'objects' || type === 'longs') {
    assertType(value, 'array', name);
    for (const [index, item] of Array.isArray(value) ? value.entries() : []) {
      if (!isOfType[ITEMS[type]](item)) throw wrongType(`${name}.${index}`, item, ITEMS[type]);
    }
  } else if (!isOfType[type](value)) throw wrongType(name, value, type);
  if (type === 'count') assertNotNegative(Number(numberOf(value)), name);
};

const assertNotNegative = (count: number, name: string): void => {
  if (count >= 0) return;
  throw new CommandError('Location51024', `BSON field '${name}' value must be >= 0, actual value '${count}'`);
};

const isOfType: Readonly<Record<Exclude<FieldType, 'any' | keyof typeof ITEMS>, (value: Value) => boolean>> = {
  bool: (value) => typeof value === 'boolean' || numberOf(value) !== undefined,
  object: isDocument,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  long: (value) => typeof value === 'bigint',
  count: (value) => numberOf(value) !== undefined,
};
