import { compileExpression as compileValue, startVariables } from '../aggregation/expression.ts';
import type { Value } from '../bson/value.ts';
import type { Matcher } from './filter-shape.ts';
import { isTruthy } from './match-operators.ts';

/** Compiles `$expr`: whether an aggregation expression is true of the document. */
export const compileExpression = (expression: Value): Matcher => {
  const evaluate = compileValue(expression);
  const variables = startVariables();
  return (document) => isTruthy(evaluate({ root: document, variables }));
};
