import { Decimal128 } from 'bson';
import { describe, expect, it } from 'vitest';
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

const of = (text: string): Decimal => decimalOf(Decimal128.fromString(text)) ?? { coefficient: 0n, exponent: 0 };
const written = (decimal: Decimal): string => toDecimal128(decimal).toString();

describe('decimals', () => {
  it.each([
    ['1.10', '2.205', '3.305'],
    ['1E+3', '1', '1001'],
    ['-0.5', '0.50', '0.00'],
    ['9999999999999999999999999999999999', '1', '1.000000000000000000000000000000000E+34'],
  ])('adds %s and %s', (a, b, sum) => {
    expect(written(addDecimals(of(a), of(b)))).toBe(sum);
  });

  it.each([
    ['1.20', '3', '3.60'],
    ['-1.5', '-1.5', '2.25'],
  ])('multiplies %s by %s', (a, b, product) => {
    expect(written(multiplyDecimals(of(a), of(b)))).toBe(product);
  });

  it.each([
    ['1', '3', '0.3333333333333333333333333333333333'],
    ['2', '3', '0.6666666666666666666666666666666667'],
    ['10', '4', '2.5'],
    ['-6', '3', '-2'],
    ['1.00', '2', '0.50'],
  ])('divides %s by %s', (a, b, quotient) => {
    expect(written(divideDecimals(of(a), of(b)))).toBe(quotient);
  });

  it('leaves a rest with the sign of the dividend', () => {
    expect(written(remainderOfDecimals(of('-7.5'), of('2')))).toBe('-1.5');
  });

  it.each([
    ['2.5', '2'],
    ['3.5', '4'],
    ['-2.5', '-2'],
    ['2.51', '3'],
  ])('rounds %s half to even', (value, rounded) => {
    expect(written(atExponent(of(value), 0))).toBe(rounded);
  });

  it('knows no digits of NaN and infinity', () => {
    expect(['NaN', 'Infinity'].map((text) => decimalOf(Decimal128.fromString(text)))).toEqual([undefined, undefined]);
  });
});
