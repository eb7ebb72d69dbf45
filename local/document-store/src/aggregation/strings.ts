import { BSONSymbol, Decimal128 } from 'bson';
import { compareStrings } from '../bson/compare.ts';
import { numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { compileOptional, isNullish, namedArguments, taking, unary, unaryOrNull, variadic } from './operands.ts';
import type { Operator } from './scope.ts';

type Operand = Value | undefined;
type Code = `Location${number}`;

const stringOr = (code: Code, value: Operand, name: string): string => {
  if (typeof value === 'string') return value;
  throw new CommandError(code, `${name} requires a string argument, found: ${typeNameOf(value)}`);
};

const indexOr = (code: Code, value: Operand, name: string): number => {
  const number = Number(numberOf(value) ?? Number.NaN);
  if (Number.isInteger(number)) return number;
  throw new CommandError(code, `${name}: an index must be an integer, found: ${typeNameOf(value)}`);
};

/** A string as the operators of old take it: null and nothing are empty, numbers and dates are written out. */
const coerced = (value: Operand): string => {
  if (isNullish(value)) return '';
  if (typeof value === 'string') return value;
  if (value instanceof BSONSymbol) return value.value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Decimal128) return value.toString();
  const number = numberOf(value);
  if (number !== undefined) return String(number);
  throw new CommandError('Location16007', `can't convert from BSON type ${typeNameOf(value)} to String`);
};

const concat = variadic((values, name) => {
  let text = '';
  for (const value of values) {
    if (isNullish(value)) return null;
    if (typeof value !== 'string') {
      throw new CommandError('Location16702', `${name} only supports strings, not ${typeNameOf(value)}`);
    }
    text += value;
  }
  return text;
});

const substrCP = taking(3, 3, ([value, start, length], name) => {
  const characters = [...coerced(value)];
  const numbers = [start, length].map((number) => Number(numberOf(number) ?? Number.NaN));
  const [from = Number.NaN, count = Number.NaN] = numbers;
  if (numberOf(start) === undefined)
    throw new CommandError('Location34450', `${name}: starting index must be a numeric type`);
  if (!Number.isInteger(from))
    throw new CommandError('Location34451', `${name}: starting index cannot be represented as a 32-bit integral value`);
  if (numberOf(length) === undefined) throw new CommandError('Location34452', `${name}: length must be a numeric type`);
  if (!Number.isInteger(count))
    throw new CommandError('Location34453', `${name}: length cannot be represented as a 32-bit integral value`);
  if (count < 0) throw new CommandError('Location34454', `${name}: length must be a nonnegative integer.`);
  if (from < 0) throw new CommandError('Location34455', `${name}: the starting index must be nonnegative integer.`);
  return characters.slice(from, from + count).join('');
});

/** Whether a byte continues a character of UTF-8. */
const continues = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

const substrBytes = taking(3, 3, ([value, start, length], name) => {
  const bytes = Buffer.from(coerced(value), 'utf8');
  if (numberOf(start) === undefined)
    throw new CommandError('Location16034', `${name}: starting index must be a numeric type`);
  if (numberOf(length) === undefined) throw new CommandError('Location16035', `${name}: length must be a numeric type`);
  const from = Math.trunc(Number(numberOf(start)));
  const count = Math.trunc(Number(numberOf(length)));
  if (from < 0) throw new CommandError('Location50752', `${name}: starting index must be non-negative (got: ${from})`);
  if (from >= bytes.length) return '';
  const end = count < 0 ? bytes.length : Math.min(from + count, bytes.length);
  if (continues(bytes[from])) {
    throw new CommandError('Location28656', `${name}: Invalid range, starting index is a UTF-8 continuation byte.`);
  }
  if (continues(bytes[end])) {
    throw new CommandError(
      'Location28657',
      `${name}: Invalid range, ending index is in the middle of a UTF-8 character.`,
    );
  }
  return bytes.toString('utf8', from, end);
});

const split = taking(2, 2, ([value, separator], name) => {
  if (isNullish(value) || isNullish(separator)) return null;
  const text = stringOr('Location40085', value, name);
  const at = stringOr('Location40086', separator, name);
  if (at === '') throw new CommandError('Location40087', `${name} requires a non-empty separator`);
  return text.split(at);
});

const WHITESPACE = '\0\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a';

const trim =
  (left: boolean, right: boolean): Operator =>
  (operand, compile, name) => {
    const named = namedArguments(operand, name, {
      required: ['input'],
      optional: ['chars'],
      codes: { object: 'Location50696', unknown: 'Location50694', missing: 'Location50695' },
    });
    const input = compile(named.input ?? null);
    const chars = compileOptional(named, 'chars', compile);
    return (scope) => {
      const value = input(scope);
      if (isNullish(value)) return null;
      const text = [...stringOr('Location50699', value, name)];
      const dropped = chars ? chars(scope) : WHITESPACE;
      if (isNullish(dropped)) return null;
      const set = new Set(stringOr('Location50700', dropped, name));
      let [start, end] = [0, text.length];
      while (left && start < end && set.has(text[start] ?? '')) start += 1;
      while (right && end > start && set.has(text[end - 1] ?? '')) end -= 1;
      return text.slice(start, end).join('');
    };
  };

/** Positions count code points or bytes. */
const indexOf = (parts: (text: string) => readonly (string | number)[], codes: readonly [Code, Code]): Operator =>
  taking(2, 4, ([value, search, start = 0, end], name) => {
    if (isNullish(value)) return null;
    const text = parts(stringOr(codes[0], value, name));
    const wanted = parts(stringOr(codes[1], search, name));
    const from = indexOr('Location40096', start, name);
    const to = end === undefined ? text.length : Math.min(indexOr('Location40096', end, name), text.length);
    if (from < 0 || to < 0) throw new CommandError('Location40097', `${name} requires a nonnegative index`);
    for (let at = from; at + wanted.length <= to; at += 1) {
      if (wanted.every((part, offset) => text[at + offset] === part)) return at;
    }
    return -1;
  });

const replace =
  (all: boolean): Operator =>
  (operand, compile, name) => {
    const named = namedArguments(operand, name, {
      required: ['input', 'find', 'replacement'],
      codes: {
        object: 'Location51751',
        unknown: 'Location51750',
        missing: ['Location51749', 'Location51748', 'Location51747'],
      },
    });
    const parts = ['input', 'find', 'replacement'].map((field) => compile(named[field] ?? null));
    const codes: readonly Code[] = ['Location51746', 'Location51745', 'Location51744'];
    return (scope) => {
      const values = parts.map((evaluate) => evaluate(scope));
      if (values.some(isNullish)) return null;
      const [input = '', find = '', replacement = ''] = values.map((value, index) =>
        stringOr(codes[index] ?? 'Location51746', value, name),
      );
      return all ? input.replaceAll(find, () => replacement) : input.replace(find, () => replacement);
    };
  };

const ascii = (pattern: RegExp, change: (letter: string) => string): Operator =>
  unary((value) => coerced(value).replace(pattern, change));

export const STRINGS: Readonly<Record<string, Operator>> = {
  $concat: concat,
  $substr: substrBytes,
  $substrBytes: substrBytes,
  $substrCP: substrCP,
  $toLower: ascii(/[A-Z]/g, (letter) => letter.toLowerCase()),
  $toUpper: ascii(/[a-z]/g, (letter) => letter.toUpperCase()),
  $strLenCP: unary((value, name) => [...stringOr('Location34471', value, name)].length),
  $strLenBytes: unary((value, name) => Buffer.byteLength(stringOr('Location34473', value, name))),
  $strcasecmp: taking(2, 2, ([a, b]) => Math.sign(compareStrings(coerced(a).toUpperCase(), coerced(b).toUpperCase()))),
  $split: split,
  $trim: trim(true, true),
  $ltrim: trim(true, false),
  $rtrim: trim(false, true),
  $indexOfCP: indexOf((text) => [...text], ['Location40093', 'Location40094']),
  $indexOfBytes: indexOf((text) => [...Buffer.from(text, 'utf8')], ['Location40091', 'Location40092']),
  $replaceOne: replace(false),
  $replaceAll: replace(true),
  $binarySize: unaryOrNull((value) => {
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (typeof value === 'object' && value !== null && 'position' in value) return Number(value.position);
    throw new CommandError('Location51276', '$binarySize requires a string or BinData argument');
  }),
};
