import type { Variables } from '../aggregation/scope.ts';
import { type Document, isDocument, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { inShell } from '../indexes/duplicate-key.ts';
import { type Path, splitPath } from '../query/path.ts';
import { compilePipelineUpdate } from '../query/pipeline-update.ts';
import { type FieldOperator, operators } from './field-operators.ts';
import { type ArrayFilters, identifierIn, isPositional } from './positions.ts';

/** One operator on one path of an update. */
export interface Change {
  readonly operator: string;
  readonly path: Path;
  readonly operand: Value;
  readonly apply: FieldOperator['apply'];
}

export type Update =
  | {
      readonly kind: 'operators';
      readonly changes: readonly Change[];
      /** Some path says `$`, `$[]` or `$[identifier]`. */
      readonly positional: boolean;
    }
  | { readonly kind: 'replacement'; readonly document: Document }
  | { readonly kind: 'pipeline'; readonly transform: (document: Document) => Document };

/**
 * What kind of update `u`, or the `update` of findAndModify, is.
 * @throws CommandError FailedToParse or TypeMismatch when it is none; MongoDB refuses the whole command then.
 */
export const updateKind = (update: Value | undefined): Update['kind'] => {
  if (Array.isArray(update)) {
    if (update.every(isDocument)) return 'pipeline';
    throw new CommandError('TypeMismatch', "Each element of the 'pipeline' array must be an object");
  }
  if (!isDocument(update)) {
    throw new CommandError('FailedToParse', 'Update argument must be either an object or an array');
  }
  return Object.keys(update)[0]?.startsWith('$') ? 'operators' : 'replacement';
};

/** What the expressions of an update given as a pipeline may use beside the document. */
export interface UpdateVariables {
  /** `c` of the statement: values, not expressions. */
  readonly constants?: Document | undefined;
  /** `let` of the command. */
  readonly variables?: Iterable<[string, Value | undefined]>;
}

const NO_FILTERS: ArrayFilters = new Map();

/**
 * Reads the `u` of an update, or the `update` of findAndModify.
 * @throws CommandError FailedToParse, ConflictingUpdateOperators, DollarPrefixedFieldName and others, as MongoDB.
 */
export const parseUpdate = (
  update: Value | undefined,
  filters: ArrayFilters = NO_FILTERS,
  { constants, variables = [] }: UpdateVariables = {},
): Update => {
  const kind = updateKind(update);
  if (kind !== 'pipeline' && constants !== undefined) {
    throw new CommandError('Location51198', 'Constant values may only be specified for pipeline updates');
  }
  if (kind !== 'operators' && filters.size > 0) {
    throw new CommandError('FailedToParse', `arrayFilters may not be specified for ${kind}-style updates`);
  }
  if (Array.isArray(update)) {
    const known: Variables = new Map([...variables, ...Object.entries(constants ?? {})]);
    return { kind: 'pipeline', transform: compilePipelineUpdate(update.filter(isDocument), known) };
  }
  if (!isDocument(update) || kind === 'replacement') {
    return { kind: 'replacement', document: checkReplacement(isDocument(update) ? update : {}) };
  }
  const names = Object.keys(update);
  const changes = names.flatMap((name) => readOperator(name, update[name] ?? null));
  // MongoDB creates missing fields in the order of their names, whichever operator makes them.
  changes.sort((a, b) => comparePaths(a.path, b.path));
  assertNoConflict(changes.map(({ path }) => path));
  assertFilters(changes, filters);
  return { kind: 'operators', changes, positional: changes.some(({ path }) => path.some(isPositional)) };
};

/** Every identifier has its filter, and every filter its use. */
const assertFilters = (changes: readonly Change[], filters: ArrayFilters): void => {
  const unused = new Set(filters.keys());
  for (const { path } of changes) {
    for (const identifier of path.map(identifierIn)) {
      if (!identifier) continue;
      unused.delete(identifier);
      if (filters.has(identifier)) continue;
      throw new CommandError(
        'BadValue',
        `No array filter found for identifier '${identifier}' in path '${path.join('.')}'`,
      );
    }
  }
  const [one] = unused;
  if (one === undefined) return;
  throw new CommandError('FailedToParse', `The array filter for identifier '${one}' was not used in the update`);
};

const checkReplacement = (document: Document): Document => {
  const dollar = Object.keys(document).find((name) => name.startsWith('$'));
  if (dollar === undefined) return document;
  throw new CommandError(
    'DollarPrefixedFieldName',
    `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
  );
};

const readOperator = (name: string, fields: Value): Change[] => {
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!operator) {
    throw new CommandError(
      'FailedToParse',
      `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  if (!isDocument(fields)) {
    throw new CommandError(
      'FailedToParse',
      `Modifiers operate on fields but we found type ${typeNameOf(fields)} instead. For example: {$mod: {<field>: ...}} not {${name}: ${inShell(fields)}}`,
    );
  }
  return Object.keys(fields).flatMap((field) => {
    const operand = fields[field] ?? null;
    const path = readPath(field);
    operator.check?.(operand, path);
    const change: Change = { operator: name, path, operand, apply: operator.apply };
    // Its target changes too: no other operator may touch it.
    if (name !== '$rename' || typeof operand !== 'string') return [change];
    return [change, { ...change, operator: '$rename target', path: readPath(operand), apply: () => undefined }];
  });
};

const readPath = (field: string): Path => {
  if (field === '') throw new CommandError('EmptyFieldName', 'An empty update path is not valid.');
  const path = splitPath(field);
  if (path.includes('')) {
    throw new CommandError(
      'EmptyFieldName',
      `The update path '${field}' contains an empty field name, which is not allowed.`,
    );
  }
  assertPositions(path, field);
  const dollar = path.find((part) => part.startsWith('$') && !isPositional(part));
  if (dollar !== undefined && !['$ref', '$id', '$db'].includes(dollar)) {
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${field}' is not valid for storage.`,
    );
  }
  return path;
};

const assertPositions = (path: Path, field: string): void => {
  if (path.filter((part) => part === '$').length > 1) {
    throw new CommandError('BadValue', `Too many positional (i.e. '$') elements found in path '${field}'`);
  }
  if (path[0] !== undefined && isPositional(path[0])) {
    const what = path[0] === '$' ? "positional (i.e. '$')" : "array filter identifier (i.e. '$[<id>]')";
    throw new CommandError('BadValue', `Cannot have ${what} element in the first position in path '${field}'`);
  }
};

const comparePaths = (a: Path, b: Path): number => {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth += 1) {
    const [left = '', right = ''] = [a[depth], b[depth]];
    if (left === right) continue;
    const numbers = /^\d+$/.test(left) && /^\d+$/.test(right);
    return numbers ? Number(left) - Number(right) : left < right ? -1 : 1;
  }
  return a.length - b.length;
};

/** @throws CommandError ConflictingUpdateOperators when a path is, or lies below, another one. */
export const assertNoConflict = (paths: readonly Path[]): void => {
  const sorted = [...paths].sort(comparePaths); // a path and its continuation are neighbours then
  for (let index = 1; index < sorted.length; index += 1) {
    const [shorter, longer] = [sorted[index - 1] ?? [], sorted[index] ?? []];
    if (shorter.length > longer.length || !shorter.every((part, depth) => part === longer[depth])) continue;
    throw new CommandError(
      'ConflictingUpdateOperators',
      `Updating the path '${longer.join('.')}' would create a conflict at '${shorter.join('.')}'`,
    );
  }
};
