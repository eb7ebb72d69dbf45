import { Decimal128, ObjectId, Timestamp } from 'bson';
import { isDouble } from '../bson/compare.ts';
import { double, isInt32, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { atExponent, decimalOf, toDecimal128 } from './decimal.ts';
import { compileOptional, isNullish, namedArguments, unary, unaryOrNull } from './operands.ts';
import type { Operator } from './scope.ts';

type Target = 'int' | 'long' | 'double' | 'decimal' | 'string' | 'bool' | 'date' | 'objectId';

const BY_CODE: Readonly<Record<number, Target>> = {
  1: 'double',
  2: 'string',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  16: 'int',
  18: 'long',
  19: 'decimal',
};
const TARGETS: readonly string[] = Object.values(BY_CODE);
const OTHER_TYPES = [
  'object',
  'array',
  'binData',
  'undefined',
  'null',
  'regex',
  'dbPointer',
  'javascript',
  'symbol',
  'timestamp',
  'minKey',
  'maxKey',
];

const failed = (message: string): CommandError =>
  new CommandError('ConversionFailure', `${message} in $convert with no onError value`);

const unsupportedPair = (value: Value, target: string): CommandError =>
  failed(`Unsupported conversion from ${typeNameOf(value)} to ${target}`);

const unreadable = (value: string, what: string): CommandError => failed(`Failed to parse ${what} '${value}'`);

/** A value as another type. @throws CommandError ConversionFailure. */
const convert = (value: Value, target: Target): Value => {
  switch (target) {
    case 'int':
    case 'long':
      return toInteger(value, target);
    case 'double':
      return toDouble(value);
    case 'decimal':
      return toDecimal(value);
    case 'string':
      return toText(value);
    case 'bool':
      return toBoolean(value);
    case 'date':
      return toDate(value);
    case 'objectId':
      if (value instanceof ObjectId) return value;
      if (typeof value !== 'string') throw unsupportedPair(value, target);
      if (!/^[0-9a-f]{24}$/i.test(value)) throw unreadable(value, 'objectId');
      return ObjectId.createFromHexString(value);
  }
};

const toInteger = (value: Value, target: 'int' | 'long'): Value => {
  const integer = integerOf(value, target);
  const bits = target === 'int' ? 32 : 64;
  if (BigInt.asIntN(bits, integer) !== integer) {
    throw failed(`Conversion would overflow target type: ${integer}`);
  }
  return target === 'int' ? Number(integer) : integer;
};

const integerOf = (value: Value, target: 'int' | 'long'): bigint => {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string') {
    if (!/^[+-]?\d+$/.test(value)) throw unreadable(value, 'number');
    return BigInt(value.replace(/^\+/, ''));
  }
  if (value instanceof Date && target === 'long') return BigInt(value.getTime());
  const number = numberOf(value);
  if (number === undefined) throw unsupportedPair(value, target);
  if (typeof number === 'bigint') return number;
  if (!Number.isFinite(number)) throw failed(`Attempt to convert ${number} to integer type`);
  const exact = value instanceof Decimal128 ? decimalOf(value) : undefined;
  if (!exact) return BigInt(Math.trunc(number));
  return exact.exponent >= 0 ? atExponent(exact, 0).coefficient : exact.coefficient / 10n ** BigInt(-exact.exponent);
};

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const toDouble = (value: Value): Value => {
  if (typeof value === 'boolean') return double(Number(value));
  if (value instanceof Date) return double(value.getTime());
  if (typeof value === 'string') {
    if (!NUMBER.test(value)) throw unreadable(value, 'number');
    return double(Number(value));
  }
  const number = numberOf(value);
  if (number === undefined) throw unsupportedPair(value, 'double');
  return double(Number(number));
};

const toDecimal = (value: Value): Value => {
  if (value instanceof Decimal128) return value;
  if (typeof value === 'boolean') return Decimal128.fromString(value ? '1' : '0');
  if (value instanceof Date) return Decimal128.fromString(String(value.getTime()));
  if (typeof value === 'string') {
    if (!NUMBER.test(value)) throw unreadable(value, 'number');
    return Decimal128.fromString(value);
  }
  if (numberOf(value) === undefined) throw unsupportedPair(value, 'decimal');
  const decimal = decimalOf(value);
  return decimal ? toDecimal128(decimal) : Decimal128.fromString(String(numberOf(value)));
};

const toText = (value: Value): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Decimal128) return value.toString();
  const number = numberOf(value);
  if (number === undefined) throw unsupportedPair(value, 'string');
  return String(number);
};

const toBoolean = (value: Value): boolean => {
  const number = numberOf(value);
  if (number !== undefined) return Number(number) !== 0;
  return value !== false;
};

const ISO_DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

const toDate = (value: Value): Date => {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.t * 1000);
  if (typeof value === 'string') {
    // Without a zone the time is UTC, which JavaScript assumes for a date alone only.
    const zoned = /T| .*:/.test(value) && !/(Z|[+-]\d\d:?\d\d)$/.test(value) ? `${value}Z` : value;
    const date = new Date(ISO_DATE.test(value) ? zoned.replace(' ', 'T') : Number.NaN);
    if (Number.isNaN(date.getTime())) throw failed(`Error parsing date string '${value}'`);
    return date;
  }
  const number = numberOf(value);
  // An int32 is too small to be milliseconds since 1970.
  if (number === undefined || (typeof value === 'number' && isInt32(value))) throw unsupportedPair(value, 'date');
  return new Date(Math.trunc(Number(number)));
};

const targetOf = (value: Value): Target => {
  const name = typeof value === 'string' ? value : BY_CODE[Number(numberOf(value) ?? Number.NaN)];
  if (typeof value === 'string' && !TARGETS.includes(value) && !OTHER_TYPES.includes(value)) {
    throw new CommandError('BadValue', `Unknown type name: ${value}`);
  }
  if (name === undefined && numberOf(value) === undefined) {
    throw new CommandError(
      'FailedToParse',
      `$convert's 'to' argument must be a string or number, but is ${typeNameOf(value)}`,
    );
  }
  const known = TARGETS.find((target) => target === name);
  if (known === undefined) throw failed(`Unsupported conversion to type ${String(name ?? value)}`);
  return known as Target;
};

const convertOperator: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['input', 'to'],
    optional: ['onError', 'onNull'],
    codes: { object: 'FailedToParse', unknown: 'FailedToParse', missing: 'FailedToParse' },
  });
  const input = compile(named.input ?? null);
  const to = compile(named.to ?? null);
  const onError = compileOptional(named, 'onError', compile);
  const onNull = compileOptional(named, 'onNull', compile);
  return (scope) => {
    const value = input(scope);
    const target = to(scope);
    if (isNullish(value)) return onNull ? onNull(scope) : null;
    if (isNullish(target)) return null;
    try {
      return convert(value, targetOf(target));
    } catch (error) {
      const handled = onError && error instanceof CommandError && error.codeName === 'ConversionFailure';
      if (handled) return onError(scope);
      throw error;
    }
  };
};

const to = (target: Target): Operator => unaryOrNull((value) => convert(value, target));

export const CONVERSION: Readonly<Record<string, Operator>> = {
  $convert: convertOperator,
  $toInt: to('int'),
  $toLong: to('long'),
  $toDouble: to('double'),
  $toDecimal: to('decimal'),
  $toString: to('string'),
  $toBool: to('bool'),
  $toDate: to('date'),
  $toObjectId: to('objectId'),
  $type: unary((value) => typeNameOf(value)),
  $isNumber: unary((value) => numberOf(value) !== undefined || isDouble(value)),
};
