import { Binary, Double, ObjectId, UUID } from 'bson';
import { type Document, isDocument, isInt32, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import type { IndexDefinition } from './definition.ts';

/** The error of a value that a unique index holds already, in MongoDB's words, which programs take apart. */
export const duplicateKey = (
  namespace: string,
  definition: IndexDefinition,
  values: readonly (Value | undefined)[],
): CommandError => {
  const keyValue: Document = {};
  definition.fields.forEach((field, index) => {
    keyValue[field.name] = values[index] ?? null;
  });
  return new CommandError(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${namespace} index: ${definition.name} dup key: ${inShell(keyValue)}`,
    { keyPattern: definition.key, keyValue },
  );
};

/** A value as MongoDB's messages write it. */
export const inShell = (value: Value): string => {
  if (typeof value === 'string') return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return isInt32(value) || !Number.isInteger(value) ? String(value) : value.toFixed(1);
  if (value instanceof Double) return value.value.toFixed(1);
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof UUID) return `UUID("${value.toHexString()}")`;
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${value.toString('hex').toUpperCase()})`;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(inShell).join(', ')} ]`;
  if (!isDocument(value)) return String(value);
  const fields = Object.entries(value).map(([name, item]) => `${name}: ${inShell(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
};
