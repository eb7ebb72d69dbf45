import { Binary } from 'bson';
import { numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import type { Test } from './filter-shape.ts';

/** `$mod`: the number, cut to an integer, leaves this remainder. */
export const modulo = (operand: Value): Test => {
  if (!Array.isArray(operand)) throw malformed('needs to be an array');
  if (operand.length !== 2) throw malformed(operand.length < 2 ? 'not enough elements' : 'too many elements');
  const [divisor, remainder] = operand.map(integerOf);
  if (divisor === undefined) throw malformed('divisor not a number');
  if (remainder === undefined) throw malformed('remainder not a number');
  if (divisor === 0n) throw new CommandError('BadValue', 'divisor cannot be 0');
  return {
    test: (value) => {
      const number = integerOf(value);
      return number !== undefined && number % divisor === remainder;
    },
    arrays: 'elements-too',
  };
};

const malformed = (why: string): CommandError => new CommandError('BadValue', `malformed mod, ${why}`);

/** A number without its fraction, if it fits an int64. */
const integerOf = (value: Value | undefined): bigint | undefined => {
  const number = numberOf(value);
  if (number === undefined || typeof number === 'bigint') return number;
  return number >= -(2 ** 63) && number < 2 ** 63 ? BigInt(Math.trunc(number)) : undefined;
};

const maskOf = (operator: string, operand: Value): bigint => {
  if (Array.isArray(operand)) {
    return operand.reduce<bigint>((mask, position) => mask | (1n << BigInt(Number(numberOf(position)))), 0n);
  }
  if (operand instanceof Binary) {
    return operand.buffer
      .subarray(0, operand.position)
      .reduceRight<bigint>((mask, byte) => (mask << 8n) | BigInt(byte), 0n);
  }
  const number = numberOf(operand);
  if (number === undefined || Number(number) < 0 || !Number.isInteger(Number(number))) {
    throw new CommandError('BadValue', `${operator} takes an Array, a number, or a BinData`);
  }
  return BigInt(number);
};

/** `$bitsAllSet` and its kind, for integers. */
export const bits = (operator: string, operand: Value): Test => {
  const mask = maskOf(operator, operand);
  const holds: Record<string, (set: bigint) => boolean> = {
    $bitsAllSet: (set) => set === mask,
    $bitsAllClear: (set) => set === 0n,
    $bitsAnySet: (set) => set !== 0n,
    $bitsAnyClear: (set) => set !== mask,
  };
  return {
    test: (value) => {
      const number = numberOf(value);
      if (number === undefined || !Number.isInteger(Number(number))) return false;
      return holds[operator]?.(BigInt.asUintN(64, BigInt(number)) & mask) ?? false;
    },
    arrays: 'elements-too',
  };
};
