import { BSONRegExp } from 'bson';
import { type Document, isDocument, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { compileGeoOperator, isGeoOperator } from '../geo/geo-match.ts';
import { compileExpression } from './expression.ts';
import { isOperators, type Matcher, type Test } from './filter-shape.ts';
import { anyElement, isElemMatch, readAll } from './match-arrays.ts';
import { compileOperator, equalTo } from './match-operators.ts';
import { anyAtPath, type Path, splitPath } from './path.ts';
import { joinOptions } from './regex.ts';

/** Where a filter stands: some operators see whole documents only. */
type Level = 'document' | 'element';

/**
 * Compiles a filter. A document is matched as MongoDB matches it: types do not mix in comparisons, arrays match by any element
 * or as a whole, a missing field equals null.
 * @throws CommandError BadValue for operators and operands MongoDB refuses.
 */
export const compileFilter = (filter: Document): Matcher => compileAt(filter, 'document');

/** Compiles the conditions of one value, as in `$pull: { field: { $lt: 3 } }`. */
export const compileValueConditions = (conditions: Document): ((value: Value) => boolean) => {
  const matcher = compileField('value', conditions);
  return (value) => matcher({ value });
};

const compileAt = (filter: Document, level: Level): Matcher => {
  const matchers: Matcher[] = [];
  for (const name of Object.keys(filter)) {
    const operand = filter[name] ?? null;
    matchers.push(name.startsWith('$') ? compileTopLevel(name, operand, level) : compileField(name, operand));
  }
  return allOf(matchers);
};

const allOf = (matchers: readonly Matcher[]): Matcher => {
  const [first, second] = matchers;
  if (!first) return () => true;
  if (!second) return first;
  return (document, onElement) => matchers.every((matches) => matches(document, onElement));
};

const clauses = (name: string, operand: Value, level: Level): Matcher[] => {
  if (!Array.isArray(operand) || operand.length === 0) {
    throw new CommandError('BadValue', `${name} must be a nonempty array`);
  }
  return operand.map((clause) => {
    if (!isDocument(clause)) throw new CommandError('BadValue', '$or/$and/$nor entries need to be full objects');
    return compileAt(clause, level);
  });
};

const compileTopLevel = (name: string, operand: Value, level: Level): Matcher => {
  switch (name) {
    case '$and':
      return allOf(clauses(name, operand, level));
    case '$or': {
      const branches = clauses(name, operand, level);
      return (document, onElement) => branches.some((matches) => matches(document, onElement));
    }
    case '$nor': {
      const branches = clauses(name, operand, level);
      return (document) => !branches.some((matches) => matches(document));
    }
    case '$expr':
      if (level === 'element')
        throw new CommandError('BadValue', `${name} can only be applied to the top-level document`);
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
  const apply: Apply = (test) => compileTest(path, test);
  return isOperators(operand) ? compileOperators(operand, apply) : apply(equalTo(operand));
};

/** Puts a test to what a set of operators is about: the values at a path, or one element of an array. */
type Apply = (test: Test) => Matcher;

const compileOperators = (operators: Document, apply: Apply): Matcher =>
  allOf(
    Object.keys(operators)
      .filter((name) => name !== '$options' || operators.$regex === undefined)
      .map((name) => compileOne(name, operators[name] ?? null, operators, apply)),
  );

const compileOne = (name: string, operand: Value, operators: Document, apply: Apply): Matcher => {
  switch (name) {
    case '$not': {
      const matches = compileNegated(operand, apply);
      return (document) => !matches(document);
    }
    case '$all': {
      const found = readAll(operand).map((item) =>
        apply(isElemMatch(item) ? elemMatch(item.$elemMatch) : equalTo(item)),
      );
      return found.length > 0 ? allOf(found) : () => false;
    }
    case '$elemMatch':
      return apply(elemMatch(operand));
    case '$regex':
      return apply(compileOperator(name, joinOptions(operators)));
    default:
      return apply(
        isGeoOperator(name)
          ? { test: compileGeoOperator(name, operand), arrays: 'whole' }
          : compileOperator(name, operand),
      );
  }
};

const compileNegated = (operand: Value, apply: Apply): Matcher => {
  if (operand instanceof BSONRegExp) return apply(equalTo(operand));
  if (!isDocument(operand)) throw new CommandError('BadValue', '$not needs a regex or a document');
  if (Object.keys(operand).length === 0) throw new CommandError('BadValue', '$not cannot be empty');
  return compileOperators(operand, apply);
};

const elemMatch = (operand: Value | undefined): Test => {
  if (!isDocument(operand)) throw new CommandError('BadValue', '$elemMatch needs an Object');
  if (isOperators(operand) && !LOGICAL.includes(Object.keys(operand)[0] ?? '')) {
    // The element itself is looked at: an array among the elements is not entered.
    const matches = compileOperators(
      operand,
      ({ test, negated = false }) =>
        ({ element = null }) =>
          test(element) !== negated,
    );
    return anyElement((element) => matches({ element }));
  }
  const matches = compileAt(operand, 'element');
  return anyElement((element) => {
    const document = Array.isArray(element) ? Object.fromEntries(element.entries()) : element;
    return isDocument(document) && matches(document);
  });
};

const LOGICAL = ['$and', '$or', '$nor', '$expr', '$where', '$text', '$jsonSchema', '$comment'];

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
