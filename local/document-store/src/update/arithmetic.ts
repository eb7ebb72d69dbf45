import { Decimal128 } from 'bson';
import { addDecimals, type Decimal, decimalOf, multiplyDecimals, toDecimal128 } from '../aggregation/decimal.ts';
import { isDouble } from '../bson/compare.ts';
import { double, isInt32, numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

type Operation = {
  readonly integer: (a: bigint, b: bigint) => bigint;
  readonly real: (a: number, b: number) => number;
  readonly decimal: (a: Decimal, b: Decimal) => Decimal;
};

/** Adds two numbers as MongoDB does: int32 grows to int64 when it must, a double makes the sum a double, a Decimal128 a Decimal128. */
export const addNumbers = (a: Value, b: Value): Value =>
  combine(a, b, { integer: (x, y) => x + y, real: (x, y) => x + y, decimal: addDecimals });

/** Multiplies two numbers by the same rules. */
export const multiplyNumbers = (a: Value, b: Value): Value =>
  combine(a, b, { integer: (x, y) => x * y, real: (x, y) => x * y, decimal: multiplyDecimals });

const combine = (a: Value, b: Value, operation: Operation): Value => {
  if (typeof a === 'number' && typeof b === 'number' && isInt32(a) && isInt32(b)) {
    const result = operation.real(a, b);
    if (isInt32(result)) return result;
  }
  const [x, y] = [numberOf(a) ?? 0, numberOf(b) ?? 0];
  if (a instanceof Decimal128 || b instanceof Decimal128) {
    const [exact, other] = [decimalOf(a), decimalOf(b)];
    if (exact && other) return toDecimal128(operation.decimal(exact, other));
    return Decimal128.fromString(String(operation.real(Number(x), Number(y)))); // NaN or an infinity
  }
  if (isDouble(a) || isDouble(b)) return double(operation.real(Number(x), Number(y)));
  const result = operation.integer(BigInt(x), BigInt(y));
  if (result < INT64_MIN || result > INT64_MAX) {
    throw new CommandError('BadValue', 'Failed to apply the operation to the current value: integer overflow');
  }
  const small = typeof a === 'number' && typeof b === 'number' && isInt32(Number(result));
  return small ? Number(result) : result;
};
