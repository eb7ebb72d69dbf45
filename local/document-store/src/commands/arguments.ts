import { type Document, isDocument, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import type { Collection } from '../storage/collection.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';

/** Readers of command arguments: each answers the value or throws the CommandError MongoDB sends for a wrong one. */

const wrongType = (name: string, value: Value | undefined, wanted: string): CommandError =>
  value === undefined
    ? new CommandError('Location40415', `BSON field '${name}' is missing but a required field`)
    : new CommandError(
        'TypeMismatch',
        `BSON field '${name}' is the wrong type '${typeNameOf(value)}', expected type '${wanted}'`,
      );

export const textArgument = (body: Document, name: string): string => {
  const value = body[name];
  if (typeof value === 'string') return value;
  throw wrongType(name, value, 'string');
};

export const documentArgument = (body: Document, name: string, otherwise: Document = {}): Document => {
  const value = body[name] ?? otherwise;
  if (isDocument(value)) return value;
  throw wrongType(name, value, 'object');
};

export const documentsArgument = (body: Document, name: string): Document[] => {
  const value = body[name];
  if (!Array.isArray(value)) throw wrongType(name, value, 'array');
  return value.map((item) => {
    if (isDocument(item)) return item;
    throw wrongType(`${name}.0`, item, 'object');
  });
};

/** A number that counts something: not negative, whole. */
export const countArgument = (body: Document, name: string, otherwise: number): number => {
  const value = body[name];
  if (value === undefined || value === null) return otherwise;
  const number = Number(numberOf(value) ?? Number.NaN);
  if (Number.isNaN(number)) throw wrongType(name, value, 'number');
  if (number < 0)
    throw new CommandError('BadValue', `BSON field '${name}' value must be >= 0, actual value '${number}'`);
  return Math.trunc(number);
};

/** The collection a command is about: the value of its first field. */
export const collectionArgument = (body: Document, command: string): string => {
  const value = body[command];
  if (typeof value !== 'string') {
    throw new CommandError('InvalidNamespace', `collection name has invalid type ${typeNameOf(value)}`);
  }
  return value;
};

/** The index a hint names, by name or key. @throws CommandError BadValue when there is none. */
export const hintArgument = (collection: Collection, hint: Value | undefined): CollectionIndex | undefined => {
  if (hint === undefined || hint === null || (isDocument(hint) && Object.keys(hint).length === 0)) return undefined;
  if (isDocument(hint) && hint.$natural !== undefined) return undefined;
  const found = collection.indexes.find(({ definition }) =>
    isDocument(hint) ? sameKeyDocument(definition.key, hint) : definition.name === hint,
  );
  if (found) return found;
  throw new CommandError('BadValue', 'error processing query: hint provided does not correspond to an existing index');
};

const sameKeyDocument = (a: Document, b: Document): boolean =>
  JSON.stringify(Object.entries(a).map(([name, order]) => [name, String(order)])) ===
  JSON.stringify(Object.entries(b).map(([name, order]) => [name, String(order)]));

/** Refuses options that would change the meaning of a command. */
export const refuseOptions = (body: Document, ...names: string[]): void => {
  for (const name of names)
    if (body[name] !== undefined && body[name] !== false) throw unsupported(`the option '${name}'`);
  const { collation } = body;
  if (isDocument(collation) && Object.keys(collation).length > 0 && collation.locale !== 'simple')
    throw unsupported('a collation');
};
