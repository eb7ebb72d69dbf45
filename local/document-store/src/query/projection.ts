import { compileExpression, startVariables } from '../aggregation/expression.ts';
import type { Expression, Variables } from '../aggregation/scope.ts';
import { type Document, fieldOf, isDocument, numberOf, setField, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import type { Matcher } from './filter-shape.ts';
import { compileFilter } from './match.ts';
import { isTruthy } from './match-operators.ts';

/** Makes the document a projection shows. `matched` is the array position the filter matched, for `field.$`. */
export type Projector = (document: Document, matched: number | undefined) => Document;

interface Tree {
  readonly fields: Map<string, Tree | Leaf>;
}

type Leaf =
  | { readonly kind: 'include' | 'exclude' | 'positional' }
  | { readonly kind: 'slice'; readonly skip: number; readonly count: number }
  | { readonly kind: 'element'; readonly matches: Matcher }
  | { readonly kind: 'computed'; readonly evaluate: Expression };

/**
 * Compiles a find projection: inclusion or exclusion, `$slice`, `$elemMatch`, `field.$`, and computed fields.
 * @throws CommandError Location31249, Location31254 and BadValue for what MongoDB refuses. Undefined for an empty projection.
 */
export const compileProjection = (projection: Document): Projector | undefined => {
  const names = Object.keys(projection);
  if (names.length === 0) return undefined;
  const tree: Tree = { fields: new Map() };
  let including: boolean | undefined;
  for (const name of names) {
    const leaf = readLeaf(name, projection[name] ?? null);
    const positional = leaf.kind === 'positional';
    addLeaf(tree, positional ? name.slice(0, -2).split('.') : name.split('.'), leaf, name);
    if (name === '_id' && leaf.kind !== 'computed') continue;
    const wants = leaf.kind === 'slice' ? including : leaf.kind !== 'exclude';
    if (wants !== undefined && including !== undefined && wants !== including) throw mixed(name, wants);
    including = wants ?? including;
  }
  const idLeaf = tree.fields.get('_id');
  const onlyId = including === undefined && idLeaf !== undefined && 'kind' in idLeaf && idLeaf.kind === 'include';
  const inclusive = including ?? onlyId;
  if (inclusive && !tree.fields.has('_id')) tree.fields.set('_id', { kind: 'include' });
  const variables = startVariables();
  return (document, matched) => project(document, tree, inclusive, { root: document, variables, matched });
};

const mixed = (name: string, wants: boolean): CommandError =>
  wants
    ? new CommandError('Location31249', `Cannot do inclusion on field ${name} in exclusion projection`)
    : new CommandError('Location31254', `Cannot do exclusion on field ${name} in inclusion projection`);

const readLeaf = (name: string, value: Value): Leaf => {
  if (name.endsWith('.$')) return { kind: 'positional' };
  if (!isDocument(value)) {
    if (typeof value === 'string') return { kind: 'computed', evaluate: compileExpression(value) };
    return { kind: isTruthy(value) ? 'include' : 'exclude' };
  }
  if (value.$slice !== undefined && !isExpressionSlice(value.$slice)) return readSlice(value.$slice);
  if (value.$elemMatch !== undefined) {
    if (!isDocument(value.$elemMatch)) throw new CommandError('BadValue', '$elemMatch in a projection needs an object');
    const matches = compileFilter({ element: { $elemMatch: value.$elemMatch } });
    return { kind: 'element', matches: (document) => matches({ element: [document.element ?? null] }) };
  }
  if (value.$meta !== undefined) throw unsupported('a $meta projection');
  return { kind: 'computed', evaluate: compileExpression(value) };
};

const isExpressionSlice = (operand: Value): boolean =>
  Array.isArray(operand) && (typeof operand[0] === 'string' || Array.isArray(operand[0]) || isDocument(operand[0]));

const readSlice = (operand: Value): Leaf => {
  const numbers = (Array.isArray(operand) ? operand : [operand]).map((item) => Number(numberOf(item) ?? Number.NaN));
  if (numbers.length > 2 || numbers.some((number) => !Number.isInteger(number))) {
    throw new CommandError('BadValue', '$slice needs a number or an array of two numbers');
  }
  const [first = 0, second] = numbers;
  if (second === undefined) return { kind: 'slice', skip: Math.min(first, 0), count: Math.abs(first) };
  if (second <= 0) throw new CommandError('BadValue', 'The $slice limit must be positive');
  return { kind: 'slice', skip: first, count: second };
};

const addLeaf = (tree: Tree, path: readonly string[], leaf: Leaf, name: string): void => {
  let at = tree;
  for (const part of path.slice(0, -1)) {
    let next = at.fields.get(part);
    if (next && 'kind' in next) throw new CommandError('Location31249', `Path collision at ${name}`);
    if (!next) {
      next = { fields: new Map() };
      at.fields.set(part, next);
    }
    at = next;
  }
  const last = path.at(-1) ?? '';
  if (at.fields.has(last)) throw new CommandError('Location31249', `Path collision at ${name}`);
  at.fields.set(last, leaf);
};

interface Context {
  readonly root: Document;
  readonly variables: Variables;
  readonly matched: number | undefined;
}

const project = (document: Document, tree: Tree, inclusive: boolean, context: Context): Document => {
  const result: Document = {};
  for (const name of Object.keys(document)) {
    const node = tree.fields.get(name);
    const value = document[name] ?? null;
    const shown = node ? show(value, node, inclusive, context) : inclusive ? undefined : value;
    if (shown !== undefined) setField(result, name, shown);
  }
  for (const [name, node] of tree.fields) {
    if ('kind' in node && node.kind === 'computed') {
      const value = node.evaluate(context);
      if (value !== undefined) setField(result, name, value);
    } else if (!('kind' in node) && hasComputed(node) && fieldOf(document, name) === undefined) {
      setField(result, name, project({}, node, inclusive, context));
    }
  }
  return result;
};

const hasComputed = (tree: Tree): boolean =>
  [...tree.fields.values()].some((node) => ('kind' in node ? node.kind === 'computed' : hasComputed(node)));

const show = (value: Value, node: Tree | Leaf, inclusive: boolean, context: Context): Value | undefined => {
  if (!('kind' in node)) return showBelow(value, node, inclusive, context);
  switch (node.kind) {
    case 'include':
      return value;
    case 'exclude':
    case 'computed':
      return undefined;
    case 'slice':
      return Array.isArray(value) ? sliceOf(value, node.skip, node.count) : value;
    case 'element': {
      const found = Array.isArray(value) ? value.find((element) => node.matches({ element })) : undefined;
      return found === undefined ? undefined : [found];
    }
    case 'positional':
      return positional(value, context.matched);
  }
};

const showBelow = (value: Value, tree: Tree, inclusive: boolean, context: Context): Value | undefined => {
  if (isDocument(value)) return project(value, tree, inclusive, context);
  if (!Array.isArray(value)) return inclusive ? undefined : value;
  return value.flatMap((element): Value[] => {
    const shown = showBelow(element, tree, inclusive, context);
    return shown === undefined ? [] : [shown];
  });
};

const sliceOf = (values: readonly Value[], skip: number, count: number): Value[] => {
  const start = skip < 0 ? Math.max(0, values.length + skip) : skip;
  return values.slice(start, start + count);
};

const positional = (value: Value, matched: number | undefined): Value => {
  if (!Array.isArray(value)) return value;
  const element = matched === undefined ? undefined : value[matched];
  if (element === undefined) {
    throw new CommandError(
      'BadValue',
      "Executor error during find command: positional operator '.$' couldn't find a matching element in the array",
    );
  }
  return [element];
};
