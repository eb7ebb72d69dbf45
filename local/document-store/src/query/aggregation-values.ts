import { BSONRegExp, Decimal128, Double } from 'bson';
import { type Document, isDocument, setField, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';

/** A value as the aggregation library counts with it: plain numbers, JavaScript's regular expressions. */
export const toPlain = (value: Value): unknown => {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (isDocument(value)) {
    const plain: Record<string, unknown> = {};
    for (const name of Object.keys(value)) if (name !== '__proto__') plain[name] = toPlain(value[name] ?? null);
    return plain;
  }
  if (value instanceof Double) return value.value;
  if (value instanceof Decimal128) return Number(value.toString());
  if (value instanceof BSONRegExp) return new RegExp(value.pattern, value.options.replace(/[^ims]/g, ''));
  return value;
};

/** A result of the aggregation library as a value. The parsing border: what it returns is typed as unknown. */
export const fromPlain = (result: unknown): Value => {
  if (result === undefined || result === null || typeof result === 'symbol' || typeof result === 'function')
    return null;
  if (Array.isArray(result)) return result.map(fromPlain);
  if (result instanceof RegExp) return new BSONRegExp(result.source, result.flags.replace(/[^ims]/g, ''));
  if (typeof result === 'object' && Object.getPrototypeOf(result) === Object.prototype) {
    const document: Document = {};
    for (const [name, item] of Object.entries(result))
      if (item !== undefined) setField(document, name, fromPlain(item));
    return document;
  }
  return result as Value;
};

export const documentFromPlain = (result: unknown): Document => {
  const value = fromPlain(result);
  if (isDocument(value)) return value;
  throw new CommandError('BadValue', 'an aggregation stage made something that is no document');
};
