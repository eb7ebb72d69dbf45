import { numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import type { Test } from './filter-shape.ts';

const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  6: 'undefined',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  12: 'dbPointer',
  13: 'javascript',
  14: 'symbol',
  15: 'javascriptWithScope',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  127: 'maxKey',
  [-1]: 'minKey',
};
const NUMBERS = ['int', 'long', 'double', 'decimal'];

/** `$type`: the value, or an element of it, has one of these types. */
export const ofType = (operand: Value): Test => {
  const types = Array.isArray(operand) ? operand : [operand];
  if (types.length === 0) throw new CommandError('FailedToParse', '$type must match at least one type');
  const wanted = new Set(types.flatMap(namesOf));
  return { test: (value) => value !== undefined && wanted.has(typeNameOf(value)), arrays: 'elements-too' };
};

const namesOf = (type: Value): readonly string[] => {
  if (typeof type === 'string') {
    if (type === 'number') return NUMBERS;
    if (Object.values(TYPE_NAMES).includes(type)) return [type];
    throw new CommandError('BadValue', `Unknown type name alias: ${type}`);
  }
  const code = numberOf(type);
  if (code === undefined) throw new CommandError('TypeMismatch', 'type must be represented as a number or a string');
  const name = TYPE_NAMES[Number(code)];
  if (name === undefined) throw new CommandError('BadValue', `Invalid numerical type code: ${code}`);
  return [name];
};
