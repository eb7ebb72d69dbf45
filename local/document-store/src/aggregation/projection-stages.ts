import { type Document, isDocument, numberOf, setField, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isTruthy } from '../query/match-operators.ts';
import { isExpressionName } from './expression.ts';
import type { Compile, Expression, Scope } from './scope.ts';
import { type CompileStage, compilerFor, mapped, scopeOf } from './stage.ts';

type Node =
  | { readonly kind: 'include' | 'exclude' }
  | { readonly kind: 'computed'; readonly evaluate: Expression }
  | Tree;

interface Tree {
  readonly kind: 'tree';
  readonly fields: Map<string, Node>;
}

/** What becomes of fields that are not named: kept, or not; `add` also makes documents where there are none. */
type Mode = 'include' | 'exclude' | 'add';

const newTree = (): Tree => ({ kind: 'tree', fields: new Map() });

const insert = (tree: Tree, path: readonly string[], node: Node, name: string): void => {
  const [part = '', ...rest] = path;
  const existing = tree.fields.get(part);
  if (rest.length === 0) {
    if (existing) throw new CommandError('Location31250', `Path collision at ${name}`);
    tree.fields.set(part, node);
    return;
  }
  if (existing && existing.kind !== 'tree')
    throw new CommandError('Location31249', `Path collision at ${name} remaining portion ${rest.join('.')}`);
  const below = existing ?? newTree();
  tree.fields.set(part, below);
  insert(below, rest, node, name);
};

/** @throws CommandError for names that are no path. */
const assertFieldName = (name: string): void => {
  const parts = name.split('.');
  if (name === '') throw new CommandError('Location40352', 'FieldPath cannot be constructed with empty string');
  if (name.endsWith('.')) throw new CommandError('Location40353', "FieldPath must not end with a '.'.");
  if (parts.includes('')) throw new CommandError('Location15998', 'FieldPath field names may not be empty strings.');
  if (parts.some((part) => part.startsWith('$'))) {
    throw new CommandError(
      'Location16410',
      `FieldPath field names may not start with '$'. Consider using $getField or $setField: ${name}`,
    );
  }
};

const isExpression = (value: Document): boolean => Object.keys(value)[0]?.startsWith('$') ?? false;

interface Reading {
  readonly tree: Tree;
  readonly compile: Compile;
  mode: 'include' | 'exclude' | undefined;
}

/** Reads the fields of `$project`, at any depth. */
const readProjection = (specification: Document, prefix: readonly string[], reading: Reading): void => {
  for (const name of Object.keys(specification)) {
    if (name.endsWith('.$')) {
      throw new CommandError('Location31324', 'Cannot use positional projection in aggregation projection');
    }
    assertFieldName(name);
    const value = specification[name] ?? null;
    const path = [...prefix, ...name.split('.')];
    const dotted = path.join('.');
    if (isDocument(value)) assertKnownExpression(value);
    if (isDocument(value) && !isExpression(value)) {
      if (Object.keys(value).length === 0) {
        throw new CommandError(
          'Location51270',
          `An empty sub-projection is not a valid value. Found empty object at path: ${dotted}`,
        );
      }
      readProjection(value, path, reading);
      continue;
    }
    const plain = typeof value === 'boolean' || numberOf(value) !== undefined;
    const wanted = plain && !isTruthy(value) ? 'exclude' : 'include';
    noteMode(reading, dotted, wanted, plain);
    insert(
      reading.tree,
      path,
      plain ? { kind: wanted } : { kind: 'computed', evaluate: reading.compile(value) },
      dotted,
    );
  }
};

/** What begins as an expression must be one, and nothing but one. */
const assertKnownExpression = (value: Document): void => {
  const names = Object.keys(value);
  const operator = names.find((name) => name.startsWith('$'));
  if (operator === undefined) return;
  if (names.length > 1) throw new CommandError('Location16410', "FieldPath field names may not start with '$'.");
  if (!isExpressionName(operator)) throw new CommandError('Location31325', `Unknown expression ${operator}`);
};

const noteMode = (reading: Reading, path: string, wanted: 'include' | 'exclude', plain: boolean): void => {
  if (path === '_id' && plain) return;
  if (reading.mode !== undefined && reading.mode !== wanted) {
    throw wanted === 'include'
      ? new CommandError(
          'Location31253',
          `Invalid $project :: caused by :: Cannot do inclusion on field ${path} in exclusion projection`,
        )
      : new CommandError(
          'Location31254',
          `Invalid $project :: caused by :: Cannot do exclusion on field ${path} in inclusion projection`,
        );
  }
  reading.mode = wanted;
};

export const project: CompileStage = (operand, surroundings) => {
  if (!isDocument(operand)) throw new CommandError('Location15969', '$project specification must be an object');
  if (Object.keys(operand).length === 0) {
    throw new CommandError(
      'Location51272',
      'Invalid $project :: caused by :: projection specification must have at least one field',
    );
  }
  const reading: Reading = { tree: newTree(), compile: compilerFor(surroundings), mode: undefined };
  readProjection(operand, [], reading);
  const { tree } = reading;
  const onlyId = tree.fields.get('_id');
  const mode = reading.mode ?? (onlyId?.kind === 'exclude' ? 'exclude' : 'include');
  if (mode === 'include' && !onlyId) tree.fields.set('_id', { kind: 'include' });
  return (documents) => mapped(documents, (document) => apply(document, tree, mode, scopeOf(document, surroundings)));
};

const readAdditions = (specification: Document, prefix: readonly string[], tree: Tree, compile: Compile): void => {
  for (const name of Object.keys(specification)) {
    assertFieldName(name);
    const value = specification[name] ?? null;
    const path = [...prefix, ...name.split('.')];
    if (isDocument(value) && !isExpression(value) && Object.keys(value).length > 0)
      readAdditions(value, path, tree, compile);
    else insert(tree, path, { kind: 'computed', evaluate: compile(value) }, path.join('.'));
  }
};

export const addFields: CompileStage = (operand, surroundings, name) => {
  if (!isDocument(operand)) {
    throw new CommandError(
      'Location40272',
      `${name} specification stage must be an object, got ${typeNameOf(operand)}`,
    );
  }
  if (Object.keys(operand).length === 0) {
    throw new CommandError(
      'Location40177',
      `Invalid ${name} :: caused by :: specification must have at least one field`,
    );
  }
  const tree = newTree();
  readAdditions(operand, [], tree, compilerFor(surroundings));
  return (documents) => mapped(documents, (document) => apply(document, tree, 'add', scopeOf(document, surroundings)));
};

export const unset: CompileStage = (operand, surroundings) => {
  const names = Array.isArray(operand) ? operand : [operand];
  if (!Array.isArray(operand) && typeof operand !== 'string') {
    throw new CommandError('Location31002', '$unset specification must be a string or an array');
  }
  if (names.length === 0)
    throw new CommandError(
      'Location31119',
      '$unset specification must be a string or an array with at least one field',
    );
  const specification: Document = {};
  for (const name of names) {
    if (typeof name !== 'string')
      throw new CommandError(
        'Location31120',
        '$unset specification must be a string or an array containing only string values',
      );
    setField(specification, name, 0);
  }
  return project(specification, surroundings, '$unset');
};

const apply = (document: Document, tree: Tree, mode: Mode, scope: Scope): Document => {
  const result: Document = {};
  for (const name of Object.keys(document)) {
    const value = document[name] ?? null;
    const shown = show(value, tree.fields.get(name), mode, scope);
    if (shown !== undefined) setField(result, name, shown);
  }
  for (const [name, node] of tree.fields) {
    if (node.kind === 'computed') {
      const value = node.evaluate(scope);
      if (value === undefined) delete result[name];
      else setField(result, name, value);
    } else if (node.kind === 'tree' && !Object.hasOwn(document, name) && computes(node)) {
      setField(result, name, apply({}, node, mode, scope));
    }
  }
  return result;
};

const computes = (tree: Tree): boolean =>
  [...tree.fields.values()].some((node) => (node.kind === 'tree' ? computes(node) : node.kind === 'computed'));

const show = (value: Value, node: Node | undefined, mode: Mode, scope: Scope): Value | undefined => {
  switch (node?.kind) {
    case undefined:
      return mode === 'include' ? undefined : value;
    case 'include':
      return value;
    case 'exclude':
      return undefined;
    case 'computed':
      return mode === 'add' ? value : undefined; // keeps its place until the value is known
    case 'tree':
      return showBelow(value, node, mode, scope) ?? (computes(node) ? apply({}, node, mode, scope) : undefined);
  }
};

const showBelow = (value: Value, tree: Tree, mode: Mode, scope: Scope): Value | undefined => {
  if (isDocument(value)) return apply(value, tree, mode, scope);
  if (Array.isArray(value)) {
    return value.flatMap((item): Value[] => {
      const shown = showBelow(item, tree, mode, scope);
      return shown === undefined ? [] : [shown];
    });
  }
  if (mode === 'add') return apply({}, tree, mode, scope);
  return mode === 'exclude' ? value : undefined;
};
