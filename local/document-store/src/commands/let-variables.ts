import { compileExpression, startVariables } from '../aggregation/expression.ts';
import type { Variables } from '../aggregation/scope.ts';
import type { Document } from '../bson/value.ts';
import { documentArgument } from './arguments.ts';

/** The variables a command brings along in `let`. They are expressions, but see no document. */
export const letVariables = (body: Document): Variables => {
  const scope = { root: {}, variables: startVariables() };
  const named = Object.entries(documentArgument(body, 'let'));
  return new Map(named.map(([name, value]) => [name, compileExpression(value)(scope)]));
};
