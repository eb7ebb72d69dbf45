import { startVariables } from '../aggregation/expression.ts';
import type { Variables } from '../aggregation/scope.ts';
import { type Document, fieldOf, isDocument, setField, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { type Leaf, readProjection, type Tree } from './projection-spec.ts';

/** Makes the document a projection shows. `matched` is the array position the filter matched, for `field.$`. */
export type Projector = (document: Document, matched: number | undefined) => Document;

/**
 * Compiles a find projection: inclusion or exclusion, `$slice`, `$elemMatch`, `field.$`, and computed fields. Undefined for an
 * empty projection.
 * @throws CommandError for what MongoDB refuses.
 */
export const compileProjection = (projection: Document): Projector | undefined => {
  if (Object.keys(projection).length === 0) return undefined;
  const { tree, inclusive } = readProjection(projection);
  const variables = startVariables();
  return (document, matched) => project(document, tree, inclusive, { root: document, variables, matched });
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
    const added = addedLast(fieldOf(document, name), node, inclusive, context);
    if (added !== undefined) setField(result, name, added);
  }
  return result;
};

/** What stands behind the fields of the document: computed fields, and what `$elemMatch` found. */
const addedLast = (
  value: Value | undefined,
  node: Tree | Leaf,
  inclusive: boolean,
  context: Context,
): Value | undefined => {
  if (!('kind' in node)) {
    const isShown = isDocument(value) || Array.isArray(value);
    return !isShown && hasComputed(node) ? project({}, node, inclusive, context) : undefined;
  }
  if (node.kind === 'computed') return node.evaluate(context);
  if (node.kind !== 'element' || !Array.isArray(value)) return undefined;
  const found = value.find(node.matches);
  return found === undefined ? undefined : [found];
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
    case 'element':
      return undefined;
    case 'slice':
      return Array.isArray(value) ? sliceOf(value, node.skip, node.count) : value;
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
      'Location51246',
      "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
    );
  }
  return [element];
};
