import { Binary } from 'bson';
import { numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import type { Test } from './filter-shape.ts';

/** `$mod`: the number, cut to an integer, leaves this remainder. */
export const modulo = (operand: Value): Test => {
  const [divisor, remainder] = Array.isArray(operand) ? operand.map((item) => Math.trunc(Number(numberOf(item)))) : [];
  if (divisor === undefined || remainder === undefined || Number.isNaN(divisor) || Number.isNaN(remainder)) {
    throw new CommandError('BadValue', 'malformed mod, needs to be an array of two numbers');
  }
  if (divisor === 0) throw new CommandError('BadValue', 'divisor cannot be 0');
  return {
    test: (value) => {
      const number = Number(numberOf(value));
      return Number.isFinite(number) && Math.trunc(number) % divisor === remainder;
    },
    arrays: 'elements-too',
  };
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
