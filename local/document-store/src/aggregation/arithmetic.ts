import { Decimal128 } from 'bson';
import { isDouble } from '../bson/compare.ts';
import { double, isInt32, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import {
  addDecimals,
  atExponent,
  type Decimal,
  decimalOf,
  divideDecimals,
  multiplyDecimals,
  remainderOfDecimals,
  toDecimal128,
} from './decimal.ts';
import { binary, isNullish, taking, unaryOrNull, variadic } from './operands.ts';
import type { Operator } from './scope.ts';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const fitsInt64 = (value: bigint): boolean => value >= INT64_MIN && value <= INT64_MAX;

export const isNumeric = (value: Value | undefined): value is Value => numberOf(value) !== undefined;
const realOf = (value: Value | undefined): number => Number(numberOf(value) ?? Number.NaN);
const isInt = (value: Value | undefined): boolean => typeof value === 'number' && isInt32(value);

/** A whole result: int32 when both operands were and it fits, int64 otherwise. Undefined beyond int64. */
const whole = (result: bigint, narrow: boolean): Value | undefined => {
  if (narrow && isInt32(Number(result))) return Number(result);
  return fitsInt64(result) ? result : undefined;
};

interface Operation {
  readonly integer: (a: bigint, b: bigint) => bigint;
  readonly real: (a: number, b: number) => number;
  readonly decimal: (a: Decimal, b: Decimal) => Decimal;
}

/** The result has the widest type of the two; int32 grows to int64, and int64 to double, where it must. */
const combine = (a: Value, b: Value, { integer, real, decimal }: Operation): Value => {
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    const [x, y] = [decimalOf(a), decimalOf(b)];
    return x && y ? toDecimal128(decimal(x, y)) : decimalFromReal(real(realOf(a), realOf(b)));
  }
  if (isDouble(a) || isDouble(b)) return double(real(realOf(a), realOf(b)));
  const result = whole(integer(BigInt(numberOf(a) ?? 0), BigInt(numberOf(b) ?? 0)), isInt(a) && isInt(b));
  return result ?? double(real(realOf(a), realOf(b)));
};

/** NaN and the infinities, which have no digits. */
const decimalFromReal = (value: number): Decimal128 =>
  Decimal128.fromString(Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity');

export const add = (a: Value, b: Value): Value =>
  combine(a, b, { integer: (x, y) => x + y, real: (x, y) => x + y, decimal: addDecimals });

const subtract = (a: Value, b: Value): Value =>
  combine(a, b, {
    integer: (x, y) => x - y,
    real: (x, y) => x - y,
    decimal: (x, y) => addDecimals(x, { ...y, coefficient: -y.coefficient }),
  });

const multiply = (a: Value, b: Value): Value =>
  combine(a, b, { integer: (x, y) => x * y, real: (x, y) => x * y, decimal: multiplyDecimals });

/** The quotient: a double, or a decimal if one of the operands is. */
export const divide = (a: Value, b: Value): Value => {
  if (realOf(b) === 0) throw new CommandError('BadValue', "can't $divide by zero");
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    const [x, y] = [decimalOf(a), decimalOf(b)];
    return x && y ? toDecimal128(divideDecimals(x, y)) : decimalFromReal(realOf(a) / realOf(b));
  }
  return double(realOf(a) / realOf(b));
};

const remainder = (a: Value, b: Value): Value => {
  const isDecimal = a instanceof Decimal128 || b instanceof Decimal128;
  if (realOf(b) === 0) throw new CommandError(isDecimal ? 'Location5733415' : 'Location16610', "can't $mod by zero");
  if (isDecimal) {
    const [x, y] = [decimalOf(a), decimalOf(b)];
    return x && y ? toDecimal128(remainderOfDecimals(x, y)) : decimalFromReal(Number.NaN);
  }
  if (isDouble(a) || (isDouble(b) && !Number.isInteger(realOf(b)))) return double(realOf(a) % realOf(b));
  return whole(BigInt(realOfWhole(a)) % BigInt(realOfWhole(b)), typeof a !== 'bigint' && typeof b !== 'bigint') ?? 0;
};

const realOfWhole = (value: Value): number | bigint => numberOf(value) ?? 0;

const notNumbers = (name: string, ...values: readonly (Value | undefined)[]): CommandError =>
  new CommandError(
    name === '$mod' ? 'Location16611' : 'TypeMismatch',
    `${name} only supports numeric types, not ${values.map(typeNameOf).join(' and ')}`,
  );

const ofTwoNumbers = (compute: (a: Value, b: Value) => Value): Operator =>
  binary((a, b, name) => {
    if (isNullish(a) || isNullish(b)) return null;
    if (!isNumeric(a) || !isNumeric(b)) throw notNumbers(name, a, b);
    return compute(a, b);
  });

/** Numbers are added; one date among them makes the sum a date. */
const addAll = (values: readonly (Value | undefined)[], name: string): Value => {
  let sum: Value = 0;
  let date = false;
  for (const value of values) {
    if (isNullish(value)) return null;
    if (value instanceof Date) {
      if (date) throw new CommandError('Location16612', 'only one date allowed in an $add expression');
      date = true;
      sum = add(sum, BigInt(value.getTime()));
    } else {
      if (!isNumeric(value)) {
        throw new CommandError('TypeMismatch', `${name} only supports numeric or date types, not ${typeNameOf(value)}`);
      }
      sum = add(sum, value);
    }
  }
  return date ? new Date(Math.round(realOf(sum))) : sum;
};

const difference: Operator = binary((a, b, name) => {
  if (isNullish(a) || isNullish(b)) return null;
  if (a instanceof Date) {
    if (b instanceof Date) return BigInt(a.getTime() - b.getTime());
    if (isNumeric(b)) return new Date(a.getTime() - Math.round(realOf(b)));
  }
  if (isNumeric(a) && isNumeric(b)) return subtract(a, b);
  throw new CommandError('TypeMismatch', `can't ${name} ${typeNameOf(b)} from ${typeNameOf(a)}`);
});

const product = variadic((values, name) => {
  let result: Value = 1;
  for (const value of values) {
    if (isNullish(value)) return null;
    if (!isNumeric(value)) throw notNumbers(name, value);
    result = multiply(result, value);
  }
  return result;
});

/** A function of one number that is not the same for whole numbers and others. */
const ofNumber = (compute: (value: Value) => Value): Operator =>
  unaryOrNull((value, name) => {
    if (!isNumeric(value)) {
      throw new CommandError('Location28765', `${name} only supports numeric types, not ${typeNameOf(value)}`);
    }
    return compute(value);
  });

const isWholeType = (value: Value): boolean => isInt(value) || typeof value === 'bigint';

const absolute = (value: Value): Value => {
  if (typeof value === 'bigint') {
    if (value === INT64_MIN) throw new CommandError('Location28680', "can't take $abs of long long min");
    return value < 0n ? -value : value;
  }
  if (isInt(value)) return whole(BigInt(Math.abs(Number(value))), true) ?? 0;
  if (value instanceof Decimal128) return Decimal128.fromString(value.toString().replace(/^-/, ''));
  return double(Math.abs(realOf(value)));
};

/** Rounds to whole numbers; int32 and int64 already are. */
const toWhole =
  (real: (value: number) => number, decimal: (value: Decimal) => Decimal) =>
  (value: Value): Value => {
    if (isWholeType(value)) return value;
    if (!(value instanceof Decimal128)) return double(real(realOf(value)));
    const exact = decimalOf(value);
    return exact ? toDecimal128(exact.exponent >= 0 ? exact : decimal(exact)) : value;
  };

const truncateDecimal = (value: Decimal, exponent: number): Decimal => {
  const unit = 10n ** BigInt(exponent - value.exponent);
  return { coefficient: value.coefficient / unit, exponent };
};

const floorDecimal = (value: Decimal): Decimal => {
  const unit = 10n ** BigInt(-value.exponent);
  const below = value.coefficient < 0n && value.coefficient % unit !== 0n ? 1n : 0n;
  return { coefficient: value.coefficient / unit - below, exponent: 0 };
};

const ceilDecimal = (value: Decimal): Decimal => {
  const negated = floorDecimal({ ...value, coefficient: -value.coefficient });
  return { ...negated, coefficient: -negated.coefficient };
};

const placeOf = (value: Value, name: string): number => {
  const place = realOf(value);
  if (!Number.isInteger(place)) {
    throw new CommandError('Location51082', `precision argument to ${name} must be a integral value`);
  }
  if (place < -20 || place > 100) {
    throw new CommandError(
      'Location51083',
      `cannot apply ${name} with precision value ${place} value must be in [-20, 100]`,
    );
  }
  return place;
};

/** `$round` (half to even) and `$trunc`, to a number of decimal places. */
const toPlace = (half: boolean): Operator =>
  taking(1, 2, ([value, place = 0], name) => {
    if (isNullish(value) || place === null) return null;
    if (!isNumeric(value)) {
      throw new CommandError('Location51081', `${name} only supports numeric types, not ${typeNameOf(value)}`);
    }
    const digits = placeOf(place, name);
    if (isWholeType(value) && digits >= 0) return value;
    const exact = value instanceof Decimal128 || isWholeType(value) ? decimalOf(value) : exactDecimalOf(realOf(value));
    if (!exact) return value;
    if (exact.exponent >= -digits) return value;
    const result = half ? atExponent(exact, -digits) : truncateDecimal(exact, -digits);
    if (value instanceof Decimal128) return toDecimal128(result);
    if (isWholeType(value)) {
      const integer = atExponent(result, 0).coefficient;
      return whole(integer, typeof value !== 'bigint') ?? integer;
    }
    return double(Number(`${result.coefficient}e${result.exponent}`));
  });

/** A double as the digits it really has: 1.015 is a little less than that. */
const exactDecimalOf = (value: number): Decimal | undefined =>
  Number.isFinite(value) ? decimalOf(Decimal128.fromString(value.toPrecision(34))) : undefined;

/** A function whose result is a double whatever number it is given. */
const real = (
  compute: (value: number) => number,
  refuses?: { readonly when: (value: number) => boolean; readonly code: `Location${number}`; readonly message: string },
): Operator =>
  ofNumber((value) => {
    const number = realOf(value);
    if (refuses?.when(number)) throw new CommandError(refuses.code, refuses.message);
    const result = compute(number);
    return value instanceof Decimal128 ? decimalOfReal(result) : double(result);
  });

const decimalOfReal = (value: number): Decimal128 =>
  Number.isFinite(value) ? Decimal128.fromString(String(value)) : decimalFromReal(value);

const power = binary((base, exponent, name) => {
  if (isNullish(base) || isNullish(exponent)) return null;
  if (!isNumeric(base))
    throw new CommandError('Location28762', `${name}'s base must be numeric, not ${typeNameOf(base)}`);
  if (!isNumeric(exponent)) {
    throw new CommandError('Location28763', `${name}'s exponent must be numeric, not ${typeNameOf(exponent)}`);
  }
  if (realOf(base) === 0 && realOf(exponent) < 0) {
    throw new CommandError('Location28764', '$pow cannot take a base of 0 and a negative exponent');
  }
  if (base instanceof Decimal128 || exponent instanceof Decimal128)
    return decimalOfReal(realOf(base) ** realOf(exponent));
  if (!isWholeType(base) || !isWholeType(exponent)) return double(realOf(base) ** realOf(exponent));
  if (realOf(exponent) < 0) {
    const result = realOf(base) ** realOf(exponent);
    return Number.isInteger(result) ? result : double(result);
  }
  if (realOf(exponent) > 64 && Math.abs(realOf(base)) > 1) return double(realOf(base) ** realOf(exponent));
  const result = BigInt(numberOf(base) ?? 0) ** BigInt(numberOf(exponent) ?? 0);
  return whole(result, isInt(base) && isInt(exponent)) ?? double(Number(result));
});

const logarithm = binary((value, base, name) => {
  if (isNullish(value) || isNullish(base)) return null;
  if (!isNumeric(value))
    throw new CommandError('Location28756', `${name}'s argument must be numeric, not ${typeNameOf(value)}`);
  if (!isNumeric(base))
    throw new CommandError('Location28757', `${name}'s base must be numeric, not ${typeNameOf(base)}`);
  if (realOf(value) <= 0) throw new CommandError('Location28758', `${name}'s argument must be a positive number`);
  if (realOf(base) <= 0 || realOf(base) === 1) {
    throw new CommandError('Location28759', `${name}'s base must be a positive number not equal to 1`);
  }
  return double(Math.log(realOf(value)) / Math.log(realOf(base)));
});

export const ARITHMETIC: Readonly<Record<string, Operator>> = {
  $add: variadic(addAll),
  $subtract: difference,
  $multiply: product,
  $divide: ofTwoNumbers(divide),
  $mod: ofTwoNumbers(remainder),
  $abs: ofNumber(absolute),
  $ceil: ofNumber(toWhole(Math.ceil, ceilDecimal)),
  $floor: ofNumber(toWhole(Math.floor, floorDecimal)),
  $round: toPlace(true),
  $trunc: toPlace(false),
  $pow: power,
  $log: logarithm,
  $sqrt: real(Math.sqrt, {
    when: (value) => value < 0,
    code: 'Location28714',
    message: "$sqrt's argument must be greater than or equal to 0",
  }),
  $exp: real(Math.exp),
  $ln: real(Math.log, {
    when: (value) => value <= 0,
    code: 'Location28766',
    message: "$ln's argument must be a positive number",
  }),
  $log10: real(Math.log10, {
    when: (value) => value <= 0,
    code: 'Location28761',
    message: "$log10's argument must be a positive number",
  }),
  $sin: real(Math.sin),
  $cos: real(Math.cos),
  $tan: real(Math.tan),
  $asin: real(Math.asin),
  $acos: real(Math.acos),
  $atan: real(Math.atan),
  $sinh: real(Math.sinh),
  $cosh: real(Math.cosh),
  $tanh: real(Math.tanh),
  $asinh: real(Math.asinh),
  $acosh: real(Math.acosh),
  $atanh: real(Math.atanh),
  $degreesToRadians: real((degrees) => (degrees * Math.PI) / 180),
  $radiansToDegrees: real((radians) => (radians * 180) / Math.PI),
};
