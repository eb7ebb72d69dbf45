import type { Value } from '../bson/value.ts';
import { evaluate } from './aggregation-values.ts';
import type { Matcher } from './filter-shape.ts';
import { isTruthy } from './match-operators.ts';

/** Compiles `$expr`: whether an aggregation expression is true of the document. */
export const compileExpression = (expression: Value): Matcher => {
  return (document) => isTruthy(evaluate(document, expression));
};
