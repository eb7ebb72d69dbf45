import { compareValues, valuesEqual } from '../bson/compare.ts';
import { type Document, fieldOf, isDocument, numberOf, setField, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { encodeValue } from '../indexes/key-encoding.ts';
import { isTruthy } from '../query/match-operators.ts';
import { compareBy, readSort } from '../query/sort.ts';
import {
  binary,
  compileOptional,
  isNullish,
  namedArguments,
  taking,
  unary,
  unaryOrNull,
  variadic,
} from './operands.ts';
import { type Expression, type Operator, withVariable } from './scope.ts';

type Operand = Value | undefined;
type Code = `Location${number}`;

const arrayOr = (code: Code, value: Operand, name: string): readonly Value[] => {
  if (Array.isArray(value)) return value;
  throw new CommandError(code, `${name} requires an array, but found: ${typeNameOf(value)}`);
};

const integerOr = (codes: readonly [Code, Code], value: Operand, name: string): number => {
  const number = numberOf(value);
  if (number === undefined)
    throw new CommandError(codes[0], `${name} requires a numeric value, found: ${typeNameOf(value)}`);
  if (!Number.isInteger(Number(number)))
    throw new CommandError(codes[1], `${name} requires a 32-bit integer, found: ${number}`);
  return Number(number);
};

/** Equal values have the same key. */
export const keyOf = (value: Operand): string => encodeValue(value).toString('latin1');

const distinct = (values: readonly Value[]): Value[] => [
  ...new Map(values.map((value) => [keyOf(value), value])).values(),
];

const elementAt = binary((value, index, name) => {
  if (isNullish(value) || isNullish(index)) return null;
  if (!Array.isArray(value)) {
    throw new CommandError('Location28689', `${name}'s first argument must be an array, but is ${typeNameOf(value)}`);
  }
  return value.at(integerOr(['Location28690', 'Location28691'], index, name));
});

const slice = taking(2, 3, ([value, first, count], name) => {
  if (isNullish(value) || isNullish(first)) return null;
  const array = arrayOr('Location28724', value, name);
  const at = integerOr(['Location28725', 'Location28726'], first, name);
  if (count === undefined) return at >= 0 ? array.slice(0, at) : array.slice(at);
  if (count === null) return null;
  const size = integerOr(['Location28727', 'Location28728'], count, name);
  if (size <= 0) throw new CommandError('Location28729', `Third argument to ${name} must be positive: ${size}`);
  const start = at < 0 ? Math.max(0, array.length + at) : at;
  return array.slice(start, start + size);
});

const concatArrays = variadic((values, name) => {
  const result: Value[] = [];
  for (const value of values) {
    if (isNullish(value)) return null;
    result.push(...arrayOr('Location28664', value, name));
  }
  return result;
});

const isIn = binary((value, list, name) => {
  if (Array.isArray(list)) return list.some((item) => value !== undefined && valuesEqual(item, value));
  throw new CommandError('Location40081', `${name} requires an array as a second argument, found: ${typeNameOf(list)}`);
});

const indexOfArray = taking(2, 4, ([value, wanted, start = 0, end], name) => {
  if (isNullish(value)) return null;
  const array = arrayOr('Location40090', value, name);
  const from = integerOr(['Location40096', 'Location40096'], start, name);
  const to = end === undefined ? array.length : integerOr(['Location40096', 'Location40096'], end, name);
  if (from < 0 || to < 0) throw new CommandError('Location40097', `${name} requires a nonnegative index`);
  const found = array.slice(from, to).findIndex((item) => wanted !== undefined && valuesEqual(item, wanted));
  return found < 0 ? -1 : found + from;
});

/** MongoDB allows 64 MB, which is about as many. */
const LONGEST_RANGE = 4_000_000;

const range = taking(2, 3, ([start, end, step = 1], name) => {
  const first = integerOr(['Location34443', 'Location34444'], start, name);
  const last = integerOr(['Location34445', 'Location34446'], end, name);
  const by = integerOr(['Location34447', 'Location34448'], step, name);
  if (by === 0) throw new CommandError('Location34449', `${name} requires a non-zero step value`);
  if ((last - first) / by > LONGEST_RANGE) {
    throw new CommandError('ExceededMemoryLimit', `${name} would have more than ${LONGEST_RANGE} numbers`);
  }
  const values: number[] = [];
  for (let at = first; by > 0 ? at < last : at > last; at += by) values.push(at);
  return values;
});

const filter: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['input', 'cond'],
    optional: ['as', 'limit'],
    codes: { object: 'Location28646', unknown: 'Location28647', missing: ['Location28648', 'Location28650'] },
  });
  const as = typeof named.as === 'string' ? named.as : 'this';
  const input = compile(named.input ?? null);
  const condition = compile(named.cond ?? null, as);
  const limit = compileOptional(named, 'limit', compile);
  return (scope) => {
    const value = input(scope);
    if (isNullish(value)) return null;
    const array = arrayOr('Location28651', value, name);
    const wanted = limit?.(scope);
    const most = isNullish(wanted) ? Number.POSITIVE_INFINITY : Number(numberOf(wanted));
    if (!(most > 0)) throw new CommandError('Location327392', `${name}: limit must be greater than 0`);
    const kept: Value[] = [];
    for (const item of array) {
      if (kept.length >= most) break;
      if (isTruthy(condition(withVariable(scope, as, item)))) kept.push(item);
    }
    return kept;
  };
};

const map: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['input', 'in'],
    optional: ['as'],
    codes: { object: 'Location16878', unknown: 'Location16879', missing: ['Location16880', 'Location16882'] },
  });
  const as = typeof named.as === 'string' ? named.as : 'this';
  const input = compile(named.input ?? null);
  const each = compile(named.in ?? null, as);
  return (scope) => {
    const value = input(scope);
    if (isNullish(value)) return null;
    return arrayOr('Location16883', value, name).map((item) => each(withVariable(scope, as, item)) ?? null);
  };
};

const reduce: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['input', 'initialValue', 'in'],
    codes: {
      object: 'Location40075',
      unknown: 'Location40076',
      missing: ['Location40077', 'Location40078', 'Location40079'],
    },
  });
  const input = compile(named.input ?? null);
  const initial = compile(named.initialValue ?? null);
  const each = compile(named.in ?? null, 'this', 'value');
  return (scope) => {
    const value = input(scope);
    if (isNullish(value)) return null;
    return arrayOr('Location40080', value, name).reduce(
      (result: Operand, item) => each(withVariable(withVariable(scope, 'this', item), 'value', result)),
      initial(scope),
    );
  };
};

const sortArray: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['input', 'sortBy'],
    codes: { object: 'Location2942500', unknown: 'Location2942501', missing: ['Location2942502', 'Location2942503'] },
  });
  const input = compile(named.input ?? null);
  const { sortBy = null } = named;
  const compare = isDocument(sortBy) ? byFields(sortBy) : byWhole(sortBy);
  return (scope) => {
    const value = input(scope);
    if (isNullish(value)) return null;
    return [...arrayOr('Location2942504', value, name)].sort(compare);
  };
};

const byFields = (sortBy: Document): ((a: Value, b: Value) => number) => {
  const compare = compareBy(readSort(sortBy));
  return (a, b) => compare(isDocument(a) ? a : {}, isDocument(b) ? b : {});
};

const byWhole = (order: Value): ((a: Value, b: Value) => number) => {
  const direction = Number(numberOf(order));
  if (direction !== 1 && direction !== -1) {
    throw new CommandError('Location2942505', '$sortArray sortBy: 1 (for ascending) or -1 (for descending)');
  }
  return (a, b) => compareValues(a, b) * direction;
};

const zip: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['inputs'],
    optional: ['useLongestLength', 'defaults'],
    codes: { object: 'Location34460', unknown: 'Location34464', missing: 'Location34465' },
  });
  if (!Array.isArray(named.inputs)) {
    throw new CommandError(
      'Location34461',
      `inputs must be an array of expressions, found ${typeNameOf(named.inputs)}`,
    );
  }
  if (named.inputs.length === 0) throw new CommandError('Location34465', `${name} requires at least one input array`);
  const inputs = named.inputs.map((input) => compile(input));
  const defaults = Array.isArray(named.defaults) ? named.defaults.map((item) => compile(item)) : [];
  const longest = named.useLongestLength === true;
  if (defaults.length > 0 && !longest) {
    throw new CommandError('Location34466', 'cannot specify defaults unless useLongestLength is true');
  }
  return (scope) => {
    const arrays = inputs.map((evaluate) => evaluate(scope));
    if (arrays.some(isNullish)) return null;
    const lists = arrays.map((value) => arrayOr('Location34468', value, name));
    const lengths = lists.map((list) => list.length);
    const length = longest ? Math.max(...lengths) : Math.min(...lengths);
    return Array.from({ length }, (_, at) => lists.map((list, which) => list[at] ?? defaults[which]?.(scope) ?? null));
  };
};

const mergeObjects = variadic((values, name) => {
  const result: Document = {};
  for (const value of values.length === 1 && Array.isArray(values[0]) ? values[0] : values) {
    if (isNullish(value)) continue;
    if (!isDocument(value)) {
      throw new CommandError(
        'Location40400',
        `${name} requires object inputs, but input is of type ${typeNameOf(value)}`,
      );
    }
    for (const field of Object.keys(value)) setField(result, field, fieldOf(value, field) ?? null);
  }
  return result;
});

const objectToArray = unaryOrNull((value, name) => {
  if (!isDocument(value)) {
    throw new CommandError('Location40390', `${name} requires a document input, found: ${typeNameOf(value)}`);
  }
  return Object.keys(value).map((k) => ({ k, v: value[k] ?? null }));
});

const arrayToObject = unaryOrNull((value, name) => {
  const array = arrayOr('Location40386', value, name);
  const result: Document = {};
  const [first] = array;
  if (first === undefined) return result;
  if (!Array.isArray(first) && !isDocument(first)) {
    throw new CommandError('Location40398', `Unrecognised input type format for ${name}: ${typeNameOf(first)}`);
  }
  const readEntry = Array.isArray(first) ? readPair : readKeyAndValue;
  for (const item of array) {
    const [key, item2] = readEntry(item);
    setField(result, key, item2);
  }
  return result;
});

const readPair = (item: Value): [string, Value] => {
  if (!Array.isArray(item)) {
    throw new CommandError(
      'Location40396',
      `$arrayToObject requires a consistent input format, now found: ${typeNameOf(item)}`,
    );
  }
  const [key, value] = item;
  if (item.length !== 2)
    throw new CommandError('Location40397', `$arrayToObject requires an array of size 2 arrays, found: ${item.length}`);
  if (typeof key !== 'string')
    throw new CommandError('Location40395', `$arrayToObject: a key must be a string, found: ${typeNameOf(key)}`);
  return [key, value ?? null];
};

const readKeyAndValue = (item: Value): [string, Value] => {
  if (!isDocument(item)) {
    throw new CommandError(
      'Location40391',
      `$arrayToObject requires a consistent input format, now found: ${typeNameOf(item)}`,
    );
  }
  const { k, v } = item;
  if (Object.keys(item).length !== 2)
    throw new CommandError('Location40392', "$arrayToObject requires an object with keys 'k' and 'v'");
  if (k === undefined || v === undefined)
    throw new CommandError('Location40393', "$arrayToObject misses the keys 'k' or 'v'");
  if (typeof k !== 'string')
    throw new CommandError(
      'Location40394',
      `$arrayToObject: the value of 'k' must be a string, found: ${typeNameOf(k)}`,
    );
  return [k, v];
};

/** A set operator over arrays: null if one of them is. */
const setOf = (code: Code, compute: (sets: readonly (readonly Value[])[]) => Value): Operator =>
  variadic((values, name) =>
    values.some(isNullish) ? null : compute(values.map((value) => arrayOr(code, value, name))),
  );

const sorted = (values: readonly Value[]): Value[] => [...values].sort(compareValues);
const keysOf = (values: readonly Value[]): Set<string> => new Set(values.map(keyOf));

const setIntersection = setOf('Location17047', ([first = [], ...others]) => {
  const sets = others.map(keysOf);
  return sorted(distinct(first).filter((value) => sets.every((set) => set.has(keyOf(value)))));
});

const setDifference = binary((a, b, name) => {
  if (isNullish(a) || isNullish(b)) return null;
  const first = arrayOr('Location17048', a, name);
  const second = keysOf(arrayOr('Location17049', b, name));
  return distinct(first).filter((value) => !second.has(keyOf(value)));
});

const setEquals: Operator = (operand, compile, name) => {
  if (!Array.isArray(operand) || operand.length < 2)
    throw new CommandError('Location17045', `${name} needs at least two arguments`);
  const compute = variadic((values) => {
    const [first, ...others] = values.map((value) => keysOf(arrayOr('Location17044', value, name)));
    return others.every((set) => set.size === first?.size && [...set].every((key) => first.has(key)));
  });
  return compute(operand, compile, name);
};

const setIsSubset = binary((a, b, name) => {
  const first = arrayOr('Location17046', a, name);
  const second = keysOf(arrayOr('Location17042', b, name));
  return first.every((value) => second.has(keyOf(value)));
});

/** `$firstN` and its kind, as expressions over an array. */
const several =
  (pick: (values: readonly Value[], n: number) => Value[]): Operator =>
  (operand, compile, name) => {
    const named = namedArguments(operand, name, {
      required: ['n', 'input'],
      codes: { object: 'Location5787900', unknown: 'Location5787901', missing: ['Location5787906', 'Location5787907'] },
    });
    const [count, input]: readonly Expression[] = [compile(named.n ?? null), compile(named.input ?? null)];
    return (scope) => {
      const n = countOf(count?.(scope));
      const value = input?.(scope);
      return pick(arrayOr('Location5788200', value, name), n);
    };
  };

/** @throws CommandError Location5787902, Location5787903 or Location5787908 for what counts nothing. */
export const countOf = (value: Operand): number => {
  const n = Number(numberOf(value) ?? Number.NaN);
  if (numberOf(value) === undefined)
    throw new CommandError('Location5787902', `Value for 'n' must be of integral type, but found ${typeNameOf(value)}`);
  if (!Number.isInteger(n))
    throw new CommandError('Location5787903', `Value for 'n' must be of integral type, but found ${n}`);
  if (n <= 0) throw new CommandError('Location5787908', `'n' must be greater than 0, found ${n}`);
  return n;
};

const present = (values: readonly Value[]): Value[] => values.filter((value) => value !== null);

export const ARRAYS: Readonly<Record<string, Operator>> = {
  $arrayElemAt: elementAt,
  $slice: slice,
  $concatArrays: concatArrays,
  $in: isIn,
  $indexOfArray: indexOfArray,
  $range: range,
  $filter: filter,
  $map: map,
  $reduce: reduce,
  $sortArray: sortArray,
  $zip: zip,
  $size: unary((value) => {
    if (Array.isArray(value)) return value.length;
    throw new CommandError(
      'Location17124',
      `The argument to $size must be an array, but was of type: ${typeNameOf(value)}`,
    );
  }),
  $isArray: unary((value) => Array.isArray(value)),
  $reverseArray: unaryOrNull((value, name) => [...arrayOr('Location34435', value, name)].reverse()),
  $first: unaryOrNull((value, name) => arrayOr('Location28689', value, name)[0]),
  $last: unaryOrNull((value, name) => arrayOr('Location28689', value, name).at(-1)),
  $firstN: several((values, n) => values.slice(0, n)),
  $lastN: several((values, n) => values.slice(-n)),
  $minN: several((values, n) => sorted(present(values)).slice(0, n)),
  $maxN: several((values, n) => sorted(present(values)).reverse().slice(0, n)),
  $mergeObjects: mergeObjects,
  $objectToArray: objectToArray,
  $arrayToObject: arrayToObject,
  $setUnion: setOf('Location17043', (sets) => sorted(distinct(sets.flat()))),
  $setIntersection: setIntersection,
  $setDifference: setDifference,
  $setEquals: setEquals,
  $setIsSubset: setIsSubset,
  $anyElementTrue: unary((value, name) => arrayOr('Location17041', value, name).some(isTruthy)),
  $allElementsTrue: unary((value, name) => arrayOr('Location17040', value, name).every(isTruthy)),
};
