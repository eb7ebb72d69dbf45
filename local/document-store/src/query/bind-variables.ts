import type { Variables } from '../aggregation/scope.ts';
import { type Document, isDocument } from '../bson/value.ts';

/** A filter whose `$expr` see the variables of the pipeline it stands in (`let` of `$lookup`). */
export const bindVariables = (filter: Document, variables: Variables): Document => {
  const names = [...variables.keys()].filter((name) => /^[a-z\u0080-\uffff]/.test(name));
  if (names.length === 0) return filter;
  const vars: Document = {};
  for (const name of names) {
    const value = variables.get(name);
    vars[name] = value === undefined ? '$$REMOVE' : { $literal: value };
  }
  return withBound(filter, vars);
};

const withBound = (filter: Document, vars: Document): Document => {
  const bound: Document = {};
  for (const name of Object.keys(filter)) {
    const condition = filter[name] ?? null;
    if (name === '$expr') bound[name] = { $let: { vars, in: condition } };
    else if (['$and', '$or', '$nor'].includes(name) && Array.isArray(condition)) {
      bound[name] = condition.map((clause) => (isDocument(clause) ? withBound(clause, vars) : clause));
    } else bound[name] = condition;
  }
  return bound;
};
