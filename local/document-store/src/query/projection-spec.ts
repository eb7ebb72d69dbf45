import { compileExpression, isExpressionName } from '../aggregation/expression.ts';
import type { Expression } from '../aggregation/scope.ts';
import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { assertFieldPath } from './field-path.ts';
import { compileFilter } from './match.ts';
import { isTruthy } from './match-operators.ts';

export interface Tree {
  readonly fields: Map<string, Tree | Leaf>;
}

export type Leaf =
  | { readonly kind: 'include' | 'exclude' | 'positional' }
  | { readonly kind: 'slice'; readonly skip: number; readonly count: number }
  | { readonly kind: 'element'; readonly matches: (element: Value) => boolean }
  | { readonly kind: 'computed'; readonly evaluate: Expression };

/** What a projection names, and whether it shows that or all the rest. */
interface ProjectionSpec {
  readonly tree: Tree;
  readonly inclusive: boolean;
}

/**
 * Reads a find projection.
 * @throws CommandError Location31253 and Location31254 for a mixture of inclusion and exclusion, and MongoDB's other codes for
 * paths that collide and operators that stand in a wrong place.
 */
export const readProjection = (projection: Document): ProjectionSpec => {
  const state: State = { tree: { fields: new Map() } };
  for (const name of Object.keys(projection)) readField(state, state.tree, name, projection[name] ?? null);
  const { fields } = state.tree;
  const id = fields.get('_id');
  const idKind = id && 'kind' in id ? id.kind : undefined;
  const inclusive = state.including ?? (state.slice ? idKind === 'include' : (state.element ?? idKind === 'include'));
  if (inclusive && !id) fields.set('_id', { kind: 'include' });
  return { tree: state.tree, inclusive };
};

/** What has been read so far, which decides what may follow. */
interface State {
  readonly tree: Tree;
  /** Undefined as long as nothing but `_id` and operators of find said which. */
  including?: boolean;
  positional?: true;
  element?: true;
  slice?: true;
}

const readField = (state: State, parent: Tree, name: string, value: Value): void => {
  if (name.includes('.$.')) {
    throw new CommandError('Location31394', 'Positional projection may only be used at the end, for example: a.b.$.');
  }
  const isPositional = name.endsWith('.$');
  const path = assertFieldPath(isPositional ? name.slice(0, -2) : name);
  if (isDocument(value)) {
    if (isPositional) {
      throw new CommandError('Location31271', 'positional projection cannot be used with an expression or sub object');
    }
    readSubObject(state, parent, path, value);
  } else if (typeof value === 'boolean' || numberOf(value) !== undefined) {
    if (isTruthy(value)) readInclusion(state, parent, path, isPositional);
    else readExclusion(state, parent, path, isPositional);
  } else {
    if (isPositional) {
      throw new CommandError('Location31308', 'positional projection cannot be used with a literal');
    }
    addLeaf(parent, path, { kind: 'computed', evaluate: compileExpression(value) });
    if (state.including === false) {
      throw new CommandError('Location31310', `Cannot use an expression ${name} in an exclusion projection`);
    }
    state.including = true;
  }
};

const isTopLevelId = (state: State, parent: Tree, [name, ...below]: readonly string[]): boolean =>
  parent === state.tree && name === '_id' && below.length === 0;

const readInclusion = (state: State, parent: Tree, path: readonly string[], isPositional: boolean): void => {
  if (isPositional) {
    if (state.positional) {
      throw new CommandError('Location31276', 'Cannot specify more than one positional projection per query.');
    }
    if (state.element) throw new CommandError('Location31256', POSITION_AND_ELEMENT);
    state.positional = true;
  }
  addLeaf(parent, path, { kind: isPositional ? 'positional' : 'include' });
  if (isTopLevelId(state, parent, path)) return;
  if (state.including === false) {
    throw new CommandError('Location31253', `Cannot do inclusion on field ${path.join('.')} in exclusion projection`);
  }
  state.including = true;
};

const POSITION_AND_ELEMENT = 'Cannot specify positional operator and $elemMatch.';

const readExclusion = (state: State, parent: Tree, path: readonly string[], isPositional: boolean): void => {
  if (isPositional) throw new CommandError('Location31395', 'positional projection cannot be used with exclusion');
  addLeaf(parent, path, { kind: 'exclude' });
  if (isTopLevelId(state, parent, path)) return;
  if (state.including) {
    throw new CommandError('Location31254', `Cannot do exclusion on field ${path.join('.')} in inclusion projection`);
  }
  state.including = false;
};

const readSubObject = (state: State, parent: Tree, path: readonly string[], value: Document): void => {
  const [operator, ...others] = Object.keys(value);
  if (operator === undefined) {
    throw new CommandError(
      'Location51270',
      `An empty sub-projection is not a valid value. Found empty object at path ${path.join('.')}`,
    );
  }
  if (others.length === 0 && operator.startsWith('$')) {
    readOperator(state, parent, path, operator, value);
    return;
  }
  const below = subtree(parent, path, path);
  for (const name of Object.keys(value)) readField(state, below, name, value[name] ?? null);
};

const readOperator = (state: State, parent: Tree, path: readonly string[], operator: string, value: Document): void => {
  const slice = operator === '$slice' ? readSlice(value.$slice ?? null) : undefined;
  if (slice) {
    addLeaf(parent, path, slice);
    state.slice = true;
  } else if (operator === '$elemMatch') {
    readElemMatch(state, parent, path, value.$elemMatch ?? null);
  } else if (operator === '$meta') {
    throw unsupported('a $meta projection');
  } else if (isExpressionName(operator)) {
    if (state.including === false) {
      throw new CommandError('Location31252', 'Cannot use expression other than $meta in exclusion projection');
    }
    state.including = true;
    addLeaf(parent, path, { kind: 'computed', evaluate: compileExpression(value) });
  } else {
    throw new CommandError('Location31325', `Unknown expression ${operator}`);
  }
};

/** `$slice` as find means it; undefined where only the expression of that name is left. */
const readSlice = (operand: Value): Leaf | undefined => {
  const numbers = (Array.isArray(operand) ? operand : [operand]).map((item) => {
    const number = numberOf(item);
    return number === undefined ? Number.NaN : Math.trunc(Number(number));
  });
  if (numbers.some((number) => Number.isNaN(number))) return undefined;
  const [first = 0, second] = numbers;
  if (!Array.isArray(operand)) return { kind: 'slice', skip: Math.min(first, 0), count: Math.abs(first) };
  if (numbers.length !== 2 || second === undefined || second <= 0) return undefined;
  return { kind: 'slice', skip: first, count: second };
};

const readElemMatch = (state: State, parent: Tree, path: readonly string[], operand: Value): void => {
  if (!isDocument(operand)) throw new CommandError('Location31274', 'elemMatch: Invalid argument, object required');
  if (state.positional) throw new CommandError('Location31255', POSITION_AND_ELEMENT);
  if (parent !== state.tree || path.length !== 1) {
    throw new CommandError('Location31275', 'Cannot use $elemMatch projection on a nested field.');
  }
  const matches = compileFilter({ element: { $elemMatch: operand } });
  addLeaf(parent, path, { kind: 'element', matches: (element) => matches({ element: [element] }) });
  state.element = true;
};

const addLeaf = (parent: Tree, path: readonly string[], leaf: Leaf): void => {
  const above = subtree(parent, path.slice(0, -1), path);
  const last = path.at(-1) ?? '';
  if (above.fields.has(last)) throw new CommandError('Location31250', `Path collision at ${path.join('.')}`);
  above.fields.set(last, leaf);
};

const subtree = (parent: Tree, parts: readonly string[], path: readonly string[]): Tree => {
  let at = parent;
  for (const part of parts) {
    const known = at.fields.get(part);
    if (known && 'kind' in known) throw new CommandError('Location31249', `Path collision at ${path.join('.')}`);
    const next = known ?? { fields: new Map() };
    at.fields.set(part, next);
    at = next;
  }
  return at;
};
