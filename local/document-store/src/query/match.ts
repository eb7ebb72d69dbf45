import { BSONRegExp } from 'bson';
import { type Document, isDocument, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { compileGeoOperator, isGeoOperator } from '../geo/geo-match.ts';
import { compileExpression } from './expression.ts';
import { isOperators, type Matcher, type Test } from './filter-shape.ts';
import { compileOperator, equalTo } from './match-operators.ts';
import { anyAtPath, type Path, splitPath } from './path.ts';

/**
 * Compiles a filter. A document is matched as MongoDB matches it: types do not mix in comparisons, arrays match by any element
 * or as a whole, a missing field equals null.
 * @throws CommandError BadValue for operators and operands MongoDB refuses.
 */
export const compileFilter = (filter: Document): Matcher => {
  const matchers: Matcher[] = [];
  for (const name of Object.keys(filter)) {
    const operand = filter[name] ?? null;
    matchers.push(name.startsWith('$') ? compileTopLevel(name, operand) : compileField(name, operand));
  }
  return allOf(matchers);
};

/** Compiles the conditions of one value, as in `{ $elemMatch: { $gt: 1 } }` or `$pull: { field: { $lt: 3 } }`. */
export const compileValueConditions = (conditions: Document): ((value: Value) => boolean) => {
  const matcher = compileField('value', conditions);
  return (value) => matcher({ value });
};

const allOf = (matchers: readonly Matcher[]): Matcher => {
  const [first, second] = matchers;
  if (!first) return () => true;
  if (!second) return first;
  return (document, onElement) => matchers.every((matches) => matches(document, onElement));
};

const clauses = (name: string, operand: Value): Matcher[] => {
  if (!Array.isArray(operand) || operand.length === 0) {
    throw new CommandError('BadValue', `${name} must be a nonempty array`);
  }
  return operand.map((clause) => {
    if (!isDocument(clause)) throw new CommandError('BadValue', '$or/$and/$nor entries need to be full objects');
    return compileFilter(clause);
  });
};

const compileTopLevel = (name: string, operand: Value): Matcher => {
  switch (name) {
    case '$and':
      return allOf(clauses(name, operand));
    case '$or': {
      const branches = clauses(name, operand);
      return (document, onElement) => branches.some((matches) => matches(document, onElement));
    }
    case '$nor': {
      const branches = clauses(name, operand);
      return (document) => !branches.some((matches) => matches(document));
    }
    case '$expr':
      return compileExpression(operand);
    case '$comment':
      return () => true;
    case '$where':
    case '$text':
    case '$jsonSchema':
      throw unsupported(`${name} in a filter`);
    default:
      throw new CommandError(
        'BadValue',
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
};

const compileField = (name: string, operand: Value): Matcher => {
  const path = splitPath(name);
  if (!isOperators(operand)) return compileTest(path, equalTo(operand));
  const matchers: Matcher[] = [];
  for (const operator of Object.keys(operand)) {
    const value = operand[operator] ?? null;
    if (operator === '$options') {
      if (operand.$regex === undefined) throw new CommandError('BadValue', '$options needs a $regex');
    } else if (operator === '$regex') {
      matchers.push(compileTest(path, compileOperator('$regex', regexOf(value, operand.$options), compileFilter)));
    } else {
      matchers.push(compileFieldOperator(name, path, operator, value));
    }
  }
  return allOf(matchers);
};

const compileFieldOperator = (name: string, path: Path, operator: string, operand: Value): Matcher => {
  if (operator === '$not') {
    const condition = operand instanceof BSONRegExp || isOperators(operand) ? operand : undefined;
    if (condition === undefined) throw new CommandError('BadValue', '$not needs a regex or a document');
    const matches = compileField(name, condition);
    return (document) => !matches(document);
  }
  if (isGeoOperator(operator)) {
    const test = compileGeoOperator(operator, operand);
    return (document) => anyAtPath(document, path, 0, test);
  }
  return compileTest(path, compileOperator(operator, operand, compileFilter));
};

const compileTest = (path: Path, { test, negated, arrays }: Test): Matcher => {
  const atEnd = arrays === 'elements-too' ? elementsToo(test) : test;
  const [name] = path;
  const matches: Matcher =
    path.length === 1 && name !== undefined && !(name in Object.prototype)
      ? (document, onElement) => atEnd(document[name], onElement)
      : (document, onElement) => anyAtPath(document, path, 0, (value) => atEnd(value, onElement), onElement);
  return negated ? (document) => !matches(document) : matches;
};

const elementsToo =
  (test: Test['test']): Test['test'] =>
  (value, onElement) => {
    if (!Array.isArray(value)) return test(value);
    const position = value.findIndex((element) => test(element));
    if (position < 0) return test(value);
    onElement?.(position);
    return true;
  };

const regexOf = (pattern: Value, options: Value | undefined): Value => {
  if (options === undefined) return pattern;
  const source = pattern instanceof BSONRegExp ? pattern.pattern : pattern;
  if (typeof source !== 'string' || typeof options !== 'string') {
    throw new CommandError('BadValue', '$regex and $options have to be strings');
  }
  return new BSONRegExp(source, options);
};
