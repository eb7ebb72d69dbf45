import { Decimal128 } from 'bson';
import { compareValues, isDouble } from '../bson/compare.ts';
import {
  type Document,
  double,
  isDocument,
  isInt32,
  numberOf,
  setField,
  typeNameOf,
  type Value,
} from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { compareBy, readSort } from '../query/sort.ts';
import { add, divide } from './arithmetic.ts';
import { countOf, keyOf } from './arrays.ts';
import { isNullish, namedArguments } from './operands.ts';
import type { Compile, Expression, Operator, Scope } from './scope.ts';

type Operand = Value | undefined;

/** Gathers the values of one group. */
interface Accumulator {
  add(value: Operand): void;
  result(): Value;
}

/** An accumulator as a stage names it: what it reads of each document, and how a new group begins. */
export interface Accumulation {
  readonly input: Expression;
  start(): Accumulator;
}

const INT64_LIMIT = 2n ** 63n;

/** The sum of all numbers, other values left out. Doubles are added with what rounding lost, as MongoDB does. */
const summing = (): Accumulator & { readonly count: () => number; readonly real: () => number } => {
  let whole = 0n;
  let isLong = false;
  let real = 0;
  let lost = 0;
  let isReal = false;
  let decimal: Value | undefined;
  let count = 0;
  const addReal = (value: number): void => {
    const sum = real + value;
    lost += Math.abs(real) >= Math.abs(value) ? real - sum + value : value - sum + real;
    real = sum;
  };
  const total = (): number => {
    const sum = real + Number(whole);
    return Number.isFinite(lost) && Number.isFinite(real) ? sum + lost : sum;
  };
  return {
    add: (value) => {
      const number = numberOf(value);
      if (number === undefined || value === undefined) return;
      count += 1;
      if (value instanceof Decimal128) {
        decimal = decimal === undefined ? value : add(decimal, value);
      } else if (isDouble(value)) {
        isReal = true;
        addReal(Number(number));
      } else {
        isLong ||= typeof value === 'bigint';
        whole += BigInt(number);
      }
    },
    result: () => {
      if (decimal !== undefined) return add(add(decimal, whole), isReal ? double(real + lost) : 0);
      if (isReal || whole >= INT64_LIMIT || whole < -INT64_LIMIT) return double(total());
      return !isLong && isInt32(Number(whole)) ? Number(whole) : whole;
    },
    count: () => count,
    real: total,
  };
};

const averaging = (): Accumulator => {
  const sum = summing();
  return {
    add: sum.add,
    result: () => {
      if (sum.count() === 0) return null;
      const total = sum.result();
      return total instanceof Decimal128 ? divide(total, sum.count()) : double(sum.real() / sum.count());
    },
  };
};

/** The first of the values in an order; null and nothing are left out. */
const extreme = (direction: 1 | -1) => (): Accumulator => {
  let best: Operand;
  return {
    add: (value) => {
      if (isNullish(value)) return;
      if (best === undefined || compareValues(value, best) * direction < 0) best = value;
    },
    result: () => best ?? null,
  };
};

const first = (): Accumulator => {
  let seen = false;
  let kept: Operand;
  return {
    add: (value) => {
      if (!seen) kept = value;
      seen = true;
    },
    result: () => kept ?? null,
  };
};

const last = (): Accumulator => {
  let kept: Operand;
  return {
    add: (value) => {
      kept = value;
    },
    result: () => kept ?? null,
  };
};

const pushing = (): Accumulator => {
  const values: Value[] = [];
  return {
    add: (value) => {
      if (value !== undefined) values.push(value);
    },
    result: () => values,
  };
};

const addingToSet = (): Accumulator => {
  const values = new Map<string, Value>();
  return {
    add: (value) => {
      if (value !== undefined && !values.has(keyOf(value))) values.set(keyOf(value), value);
    },
    result: () => [...values.values()],
  };
};

const merging = (): Accumulator => {
  const merged: Document = {};
  return {
    add: (value) => {
      if (isNullish(value)) return;
      if (!isDocument(value)) {
        throw new CommandError(
          'Location40400',
          `$mergeObjects requires object inputs, but input is of type ${typeNameOf(value)}`,
        );
      }
      for (const name of Object.keys(value)) setField(merged, name, value[name] ?? null);
    },
    result: () => merged,
  };
};

/** The standard deviation by Welford's method. */
const deviation = (sample: boolean) => (): Accumulator => {
  let count = 0;
  let mean = 0;
  let squares = 0;
  return {
    add: (value) => {
      const number = numberOf(value);
      if (number === undefined) return;
      count += 1;
      const delta = Number(number) - mean;
      mean += delta / count;
      squares += delta * (Number(number) - mean);
    },
    result: () => {
      const divisor = sample ? count - 1 : count;
      return divisor <= 0 ? null : double(Math.sqrt(squares / divisor));
    },
  };
};

const SIMPLE: Readonly<Record<string, () => Accumulator>> = {
  $sum: summing,
  $avg: averaging,
  $min: extreme(1),
  $max: extreme(-1),
  $first: first,
  $last: last,
  $push: pushing,
  $addToSet: addingToSet,
  $mergeObjects: merging,
  $stdDevPop: deviation(false),
  $stdDevSamp: deviation(true),
};

const CONSTANT: Scope = { root: {}, variables: new Map() };

/** `$firstN` and its kind: all values are gathered, and some of them chosen. */
const CHOOSING: Readonly<Record<string, (values: readonly Value[], n: number) => Value[]>> = {
  $firstN: (values, n) => values.slice(0, n),
  $lastN: (values, n) => values.slice(-n),
  $minN: (values, n) => sorted(values).slice(0, n),
  $maxN: (values, n) => sorted(values).reverse().slice(0, n),
};

const sorted = (values: readonly Value[]): Value[] => values.filter((value) => value !== null).sort(compareValues);

const choosing = (operand: Value, compile: Compile, name: string): Accumulation => {
  const named = namedArguments(operand, name, {
    required: ['n', 'input'],
    codes: { object: 'Location5787900', unknown: 'Location5787901', missing: ['Location5787906', 'Location5787907'] },
  });
  const n = countOf(compile(named.n ?? null)(CONSTANT));
  const keepsMissing = name === '$firstN' || name === '$lastN';
  const input = compile(named.input ?? null);
  return {
    input: keepsMissing ? (scope) => input(scope) ?? null : input,
    start: () => {
      const { add: push, result } = pushing();
      return { add: push, result: () => CHOOSING[name]?.(valuesOf(result()), n) ?? [] };
    },
  };
};

const valuesOf = (value: Value): readonly Value[] => (Array.isArray(value) ? value : []);

/** `$top`, `$bottom` and their kind: the outputs of documents at one end of an order. */
const ranking = (operand: Value, compile: Compile, name: string): Accumulation => {
  const many = name.endsWith('N');
  const named = namedArguments(operand, name, {
    required: many ? ['n', 'sortBy', 'output'] : ['sortBy', 'output'],
    codes: {
      object: 'Location5788001',
      unknown: 'Location5788002',
      missing: many
        ? ['Location5788003', 'Location5788005', 'Location5788004']
        : ['Location5788005', 'Location5788004'],
    },
  });
  const n = many ? countOf(compile(named.n ?? null)(CONSTANT)) : 1;
  const compare = compareBy(readSort(named.sortBy));
  const output = compile(named.output ?? null);
  return {
    input: (scope) => ({ root: scope.root, output: output(scope) ?? null }),
    start: () => {
      const { add: push, result } = pushing();
      const ranked = (): Value[] =>
        valuesOf(result())
          .filter(isDocument)
          .sort((a, b) => compare(rootOf(a), rootOf(b)))
          .map((entry) => entry.output ?? null);
      const chosen = (): Value[] => (name.startsWith('$top') ? ranked().slice(0, n) : ranked().slice(-n));
      return { add: push, result: () => (many ? chosen() : (chosen()[0] ?? null)) };
    },
  };
};

const rootOf = (entry: Document): Document => (isDocument(entry.root) ? entry.root : {});

/** Reads `{ $sum: … }`, the accumulator of one field of `$group`. @throws CommandError for what is no accumulator. */
export const compileAccumulation = (field: string, value: Value, compile: Compile): Accumulation => {
  if (!isDocument(value)) throw new CommandError('Location40234', `The field '${field}' must be an accumulator object`);
  const [name = '', ...others] = Object.keys(value);
  if (name === '' || others.length > 0) {
    throw new CommandError('Location40238', `The field '${field}' must specify one accumulator`);
  }
  const operand = value[name] ?? null;
  if (name === '$count') return counting(operand);
  if (CHOOSING[name]) return choosing(operand, compile, name);
  if (['$top', '$topN', '$bottom', '$bottomN'].includes(name)) return ranking(operand, compile, name);
  const start = SIMPLE[name];
  if (!start) throw new CommandError('Location15952', `unknown group operator '${name}'`);
  if (Array.isArray(operand)) throw new CommandError('Location40237', `The ${name} accumulator is a unary operator`);
  return { input: compile(operand), start };
};

const counting = (operand: Value): Accumulation => {
  if (isDocument(operand) && Object.keys(operand).length === 0) return { input: () => 1, start: summing };
  throw new CommandError('TypeMismatch', '$count takes no arguments, i.e. $count:{}');
};

/** `$sum` and its kind as expressions: one array argument stands for its elements, several arguments for themselves. */
const overValues =
  (start: () => Accumulator): Operator =>
  (operand, compile) => {
    const operands = (Array.isArray(operand) ? operand : [operand]).map((item) => compile(item));
    return (scope) => {
      const accumulator = start();
      const values = operands.map((evaluate) => evaluate(scope));
      const [only] = values;
      for (const value of values.length === 1 && Array.isArray(only) ? only : values) accumulator.add(value);
      return accumulator.result();
    };
  };

export const OVER_VALUES: Readonly<Record<string, Operator>> = {
  $sum: overValues(summing),
  $avg: overValues(averaging),
  $min: overValues(extreme(1)),
  $max: overValues(extreme(-1)),
  $stdDevPop: overValues(deviation(false)),
  $stdDevSamp: overValues(deviation(true)),
};
