import { compareValues } from '../bson/compare.ts';
import { type Document, isDocument, kindOf, numberOf, setField, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { type Accumulation, compileAccumulation } from './accumulators.ts';
import { keyOf } from './arrays.ts';
import type { Expression } from './scope.ts';
import { type CompileStage, compilerFor, type RunStage, type Surroundings, scopeOf } from './stage.ts';

interface Field {
  readonly name: string;
  readonly accumulation: Accumulation;
}

interface Group {
  readonly id: Value;
  readonly accumulators: readonly ReturnType<Accumulation['start']>[];
}

/** Documents by the value of `_id`; values that are equal make one group, in the order in which they were first met. */
export const group: CompileStage = (operand, surroundings) => {
  if (!isDocument(operand)) throw new CommandError('Location15947', "a group's fields must be specified in an object");
  const { _id, ...outputs } = operand;
  if (_id === undefined) throw new CommandError('Location15955', 'a group specification must include an _id');
  return groupBy(compilerFor(surroundings)(_id), outputs, surroundings);
};

const groupBy = (idOf: Expression, outputs: Document, surroundings: Surroundings): RunStage => {
  const compile = compilerFor(surroundings);
  const fields = Object.keys(outputs).map((name): Field => {
    assertFieldName(name);
    return { name, accumulation: compileAccumulation(name, outputs[name] ?? null, compile) };
  });
  return function* (documents) {
    const groups = new Map<string, Group>();
    for (const document of documents) {
      const scope = scopeOf(document, surroundings);
      const id = idOf(scope) ?? null;
      const key = keyOf(id);
      const found = groups.get(key) ?? { id, accumulators: fields.map(({ accumulation }) => accumulation.start()) };
      groups.set(key, found);
      fields.forEach(({ accumulation }, index) => {
        found.accumulators[index]?.add(accumulation.input(scope));
      });
    }
    for (const { id, accumulators } of groups.values()) yield resultOf(id, fields, accumulators);
  };
};

const resultOf = (id: Value, fields: readonly Field[], accumulators: Group['accumulators']): Document => {
  const result: Document = { _id: id };
  fields.forEach(({ name }, index) => {
    setField(result, name, accumulators[index]?.result() ?? null);
  });
  return result;
};

const assertFieldName = (name: string): void => {
  if (name.includes('.')) throw new CommandError('Location40235', `The field name '${name}' cannot contain '.'`);
  if (name.startsWith('$'))
    throw new CommandError('Location40236', `The field name '${name}' cannot be an operator name`);
};

const inOrder =
  (run: RunStage, compare: (a: Document, b: Document) => number): RunStage =>
  (documents) =>
    [...run(documents)].sort(compare);

export const sortByCount: CompileStage = (operand, surroundings, name) => {
  if (isDocument(operand) && !Object.keys(operand)[0]?.startsWith('$')) {
    throw new CommandError(
      'Location40147',
      'the sortByCount field must be defined as a $-prefixed path or an expression inside an object',
    );
  }
  if (typeof operand === 'string' && !operand.startsWith('$')) {
    throw new CommandError(
      'Location40148',
      'the sortByCount field must be defined as a $-prefixed path or an expression inside an object',
    );
  }
  if (typeof operand !== 'string' && !isDocument(operand)) {
    throw new CommandError('Location40149', 'the sortByCount field must be specified as a string or as an object');
  }
  const counted = group({ _id: operand, count: { $sum: 1 } }, surroundings, name);
  return inOrder(counted, (a, b) => compareValues(b.count, a.count));
};

export const bucket: CompileStage = (operand, surroundings) => {
  const { value, boundaries, otherwise, output } = readBuckets(operand, surroundings);
  const lowerBound: Expression = (scope) => {
    const found = value(scope);
    const above = boundaries.findIndex((boundary) => compareValues(found, boundary) < 0);
    const lower = above > 0 ? boundaries[above - 1] : otherwise;
    if (lower !== undefined) return lower;
    throw new CommandError(
      'Location40066',
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  };
  const grouped = groupBy(lowerBound, output ?? { count: { $sum: 1 } }, surroundings);
  return inOrder(grouped, (a, b) => compareValues(a._id, b._id));
};

interface Buckets {
  readonly value: Expression;
  readonly boundaries: readonly Value[];
  readonly otherwise: Value | undefined;
  readonly output: Document | undefined;
}

const readBuckets = (operand: Value, surroundings: Surroundings): Buckets => {
  if (!isDocument(operand)) {
    throw new CommandError(
      'Location40201',
      `Argument to $bucket stage must be an object, but found type: ${typeNameOf(operand)}.`,
    );
  }
  const unknown = Object.keys(operand).find((field) => !['groupBy', 'boundaries', 'default', 'output'].includes(field));
  if (unknown !== undefined) throw new CommandError('Location40197', `Unrecognized option to $bucket: ${unknown}.`);
  const { groupBy: by, output } = operand;
  if (by !== undefined && !isDocument(by) && !(typeof by === 'string' && by.startsWith('$'))) {
    throw new CommandError(
      'Location40202',
      "The $bucket 'groupBy' field must be defined as a $-prefixed path or an expression",
    );
  }
  if (output !== undefined && !isDocument(output)) {
    throw new CommandError(
      'Location40196',
      `The $bucket 'output' field must be an object, but found type: ${typeNameOf(output)}.`,
    );
  }
  if (operand.boundaries !== undefined && !Array.isArray(operand.boundaries)) {
    throw new CommandError(
      'Location40200',
      `The $bucket 'boundaries' field must be an array, but found type: ${typeNameOf(operand.boundaries)}.`,
    );
  }
  if (by === undefined || operand.boundaries === undefined) {
    throw new CommandError('Location40198', "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  }
  const compile = compilerFor(surroundings);
  const constant = (value: Value): Value => compile(value)({ root: {}, variables: surroundings.variables }) ?? null;
  const boundaries = operand.boundaries.map(constant);
  assertBoundaries(boundaries);
  const otherwise = operand.default === undefined ? undefined : constant(operand.default);
  assertDefault(otherwise, boundaries);
  return { value: compile(by), boundaries, otherwise, output };
};

const assertBoundaries = (boundaries: readonly Value[]): void => {
  if (boundaries.length < 2) {
    throw new CommandError(
      'Location40192',
      `The $bucket 'boundaries' field must have at least 2 values, but found ${boundaries.length} value(s).`,
    );
  }
  boundaries.slice(1).forEach((upper, index) => {
    const lower = boundaries[index];
    if (kindOf(lower) !== kindOf(upper)) {
      throw new CommandError(
        'Location40193',
        "All values in the the 'boundaries' option to $bucket must have the same type.",
      );
    }
    if (compareValues(lower, upper) >= 0) {
      throw new CommandError(
        'Location40194',
        `The 'boundaries' option to $bucket must be sorted, but elements ${index} and ${index + 1} are not in ascending order`,
      );
    }
  });
};

const assertDefault = (otherwise: Value | undefined, boundaries: readonly Value[]): void => {
  if (otherwise === undefined) return;
  if (compareValues(otherwise, boundaries[0]) < 0 || compareValues(otherwise, boundaries.at(-1)) >= 0) return;
  throw new CommandError(
    'Location40199',
    "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
  );
};

/** `{ $group: { _id: 1, n: { $sum: 1 } } }`, which is how drivers count: no field of a document matters. */
export const isPlainCount = (operand: Value): operand is Document => {
  if (!isDocument(operand) || isDocument(operand._id) || typeof operand._id === 'string') return false;
  return Object.keys(operand).every((name) => {
    const accumulator = operand[name];
    if (name === '_id') return !Array.isArray(accumulator);
    return isDocument(accumulator) && Object.keys(accumulator).length === 1 && numberOf(accumulator.$sum) !== undefined;
  });
};
