import { type Document, isDocument, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import type { Collection } from '../storage/collection.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import { missingField, wrongType } from './shape.ts';

/** Readers of command arguments: each answers the value or throws the CommandError MongoDB sends for a wrong one. */

/** Where a field stands, as MongoDB's messages say it: the first field of a command is its name. */
const placeOf = (body: Document, name: string): string => `${Object.keys(body)[0]}.${name}`;

const refused = (body: Document, name: string, wanted: string): CommandError => {
  const value = body[name] ?? null;
  const place = placeOf(body, name);
  return value === null ? missingField(place) : wrongType(place, value, wanted);
};

export const textArgument = (body: Document, name: string): string => {
  const value = body[name];
  if (typeof value === 'string') return value;
  throw refused(body, name, 'string');
};

export const documentArgument = (body: Document, name: string, otherwise: Document = {}): Document => {
  const value = body[name] ?? otherwise;
  if (isDocument(value)) return value;
  throw refused(body, name, 'object');
};

export const documentsArgument = (body: Document, name: string): Document[] => {
  const value = body[name];
  if (!Array.isArray(value)) throw refused(body, name, 'array');
  return value.map((item, index) => {
    if (isDocument(item)) return item;
    throw wrongType(`${placeOf(body, name)}.${index}`, item, 'object');
  });
};

/** A number that counts something: not negative, whole. */
export const countArgument = (body: Document, name: string, otherwise: number): number => {
  const value = body[name];
  if (value === undefined || value === null) return otherwise;
  const number = Number(numberOf(value) ?? Number.NaN);
  if (Number.isNaN(number)) throw refused(body, name, 'number');
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
  if (value === '') throw new CommandError('InvalidNamespace', `Invalid namespace specified '${String(body.$db)}.'`);
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
