import { Decimal128, Double } from 'bson';
import type { Value } from '../bson/value.ts';

/** Decimal128 arithmetic as IEEE 754 wants it: exact where 34 digits hold the result, otherwise rounded half to even. */

/** A finite decimal: `coefficient` times ten to the `exponent`. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const DIGITS = 34;

/** A numeric value as a decimal; undefined for NaN, the infinities and what is no number. A double counts with 15 digits. */
export const decimalOf = (value: Value | undefined): Decimal | undefined => {
  if (typeof value === 'bigint') return { coefficient: value, exponent: 0 };
  if (value instanceof Decimal128) return parse(value.toString());
  const number = value instanceof Double ? value.value : value;
  if (typeof number !== 'number') return undefined;
  if (Number.isInteger(number) && !(value instanceof Double) && Math.abs(number) < 2 ** 31) {
    return { coefficient: BigInt(number), exponent: 0 };
  }
  return number === 0 ? { coefficient: 0n, exponent: 0 } : parse(number.toPrecision(15));
};

const parse = (text: string): Decimal | undefined => {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const magnitude = BigInt(`${whole}${fraction}` || '0');
  return { coefficient: sign === '-' ? -magnitude : magnitude, exponent: Number(power) - fraction.length };
};

export const toDecimal128 = (decimal: Decimal): Decimal128 => {
  const { coefficient, exponent } = rounded(decimal);
  return Decimal128.fromString(`${coefficient}E${exponent}`);
};

const digitsOf = (coefficient: bigint): number => String(coefficient < 0n ? -coefficient : coefficient).length;

const rounded = (decimal: Decimal): Decimal => {
  const excess = digitsOf(decimal.coefficient) - DIGITS;
  return excess <= 0 ? decimal : rounded(atExponent(decimal, decimal.exponent + excess));
};

/** The decimal at another exponent, rounded half to even when digits are lost. */
export const atExponent = ({ coefficient, exponent }: Decimal, wanted: number): Decimal => {
  if (wanted <= exponent) return { coefficient: coefficient * 10n ** BigInt(exponent - wanted), exponent: wanted };
  const unit = 10n ** BigInt(wanted - exponent);
  return { coefficient: divideHalfEven(coefficient, unit), exponent: wanted };
};

const divideHalfEven = (numerator: bigint, divisor: bigint): bigint => {
  const [n, d] = divisor < 0n ? [-numerator, -divisor] : [numerator, divisor];
  const quotient = n / d;
  const rest = (n < 0n ? -(n % d) : n % d) * 2n;
  const up = rest > d || (rest === d && quotient % 2n !== 0n);
  return up ? quotient + (n < 0n ? -1n : 1n) : quotient;
};

export const addDecimals = (a: Decimal, b: Decimal): Decimal => {
  const exponent = Math.min(a.exponent, b.exponent);
  return { coefficient: atExponent(a, exponent).coefficient + atExponent(b, exponent).coefficient, exponent };
};

export const multiplyDecimals = (a: Decimal, b: Decimal): Decimal => ({
  coefficient: a.coefficient * b.coefficient,
  exponent: a.exponent + b.exponent,
});

/** With as few digits as hold the exact quotient, but the exponent no higher than the operands' difference. */
export const divideDecimals = (a: Decimal, b: Decimal): Decimal => {
  const preferred = a.exponent - b.exponent;
  const shift = Math.max(0, DIGITS + digitsOf(b.coefficient) - digitsOf(a.coefficient));
  let { coefficient, exponent } = rounded({
    coefficient: divideHalfEven(a.coefficient * 10n ** BigInt(shift), b.coefficient),
    exponent: preferred - shift,
  });
  while (exponent < preferred && coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent += 1;
  }
  return { coefficient, exponent };
};

/** The rest of a division that truncates; it has the sign of `a`. */
export const remainderOfDecimals = (a: Decimal, b: Decimal): Decimal => {
  const exponent = Math.min(a.exponent, b.exponent);
  return { coefficient: atExponent(a, exponent).coefficient % atExponent(b, exponent).coefficient, exponent };
};
