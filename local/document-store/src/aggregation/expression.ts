import { type Document, fieldOf, isDocument, setField, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { OVER_VALUES } from './accumulators.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { ARRAYS } from './arrays.ts';
import { CONDITIONS } from './conditions.ts';
import { CONVERSION } from './conversion.ts';
import { DATES } from './dates.ts';
import { FIELDS } from './fields.ts';
import { compileInLibrary, isInLibrary } from './library-operator.ts';
import type { Compile, Expression, Operator, Scope, Variables } from './scope.ts';
import { STRINGS } from './strings.ts';

const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...ARITHMETIC,
    ...STRINGS,
    ...ARRAYS,
    ...DATES,
    ...CONVERSION,
    ...CONDITIONS,
    ...OVER_VALUES,
    ...FIELDS,
  }),
);

export const isExpressionName = (name: string): boolean => OPERATORS.has(name) || isInLibrary(name);

const SYSTEM_VARIABLES = ['ROOT', 'CURRENT', 'REMOVE', 'NOW'];

/**
 * Compiles an aggregation expression. Values keep their types; a missing field is not null. `names` are the variables that
 * stand around it.
 * @throws CommandError for what MongoDB refuses before it looks at a document.
 */
export const compileExpression = (expression: Value, names: Iterable<string> = []): Expression =>
  compileWith(new Set([...SYSTEM_VARIABLES, ...names]))(expression);

const compileWith = (known: ReadonlySet<string>): Compile => {
  const compile: Compile = (expression, ...names) =>
    names.length === 0 ? compileOne(expression) : compileWith(new Set([...known, ...names]))(expression);
  const compileOne = (expression: Value): Expression => {
    if (typeof expression === 'string') {
      return expression.startsWith('$') ? compilePath(expression, known) : () => expression;
    }
    if (Array.isArray(expression)) {
      const items = expression.map((item) => compileOne(item));
      return (scope) => items.map((evaluate) => evaluate(scope) ?? null);
    }
    if (!isDocument(expression)) return () => expression;
    const [name] = Object.keys(expression);
    return name?.startsWith('$') ? compileOperator(expression, name, compile) : compileObject(expression, compile);
  };
  return compile;
};

const compileOperator = (expression: Document, name: string, compile: Compile): Expression => {
  if (Object.keys(expression).length !== 1) {
    throw new CommandError(
      'Location15983',
      `An object representing an expression must have exactly one field: ${Object.keys(expression).join(', ')}`,
    );
  }
  const operand = expression[name] ?? null;
  const operator = OPERATORS.get(name);
  if (operator) return operator(operand, compile, name);
  if (isInLibrary(name)) return compileInLibrary(operand, compile, name);
  throw new CommandError('InvalidPipelineOperator', `Unrecognized expression '${name}'`);
};

const compileObject = (expression: Document, compile: Compile): Expression => {
  const fields = Object.keys(expression).map((name) => {
    if (name.startsWith('$')) {
      throw new CommandError(
        'Location16410',
        `FieldPath field names may not start with '$'. Consider using $getField or $setField. Field: ${name}`,
      );
    }
    if (name.includes('.'))
      throw new CommandError('Location16412', `FieldPath field names may not contain '.': ${name}`);
    return { name, evaluate: compile(expression[name] ?? null) };
  });
  return (scope) => {
    const result: Document = {};
    for (const { name, evaluate } of fields) {
      const value = evaluate(scope);
      if (value !== undefined) setField(result, name, value);
    }
    return result;
  };
};

/** Compiles `$field.path` or `$$variable.path`. */
const compilePath = (text: string, known: ReadonlySet<string>): Expression => {
  const isVariable = text.startsWith('$$');
  const parts = text.slice(isVariable ? 2 : 1).split('.');
  assertPath(text, parts);
  const variable = isVariable ? (parts.shift() ?? '') : 'CURRENT';
  if (!known.has(variable)) throw new CommandError('Location17276', `Use of undefined variable: ${variable}`);
  const [only] = parts;
  if (variable === 'CURRENT' && parts.length === 1 && only !== undefined) {
    return (scope) =>
      scope.variables.has('CURRENT') ? along(variableOf(variable, scope), parts, 0) : fieldOf(scope.root, only);
  }
  return (scope) => along(variableOf(variable, scope), parts, 0);
};

const assertPath = (text: string, parts: readonly string[]): void => {
  if (text === '$') throw new CommandError('Location16872', "'$' by itself is not a valid FieldPath");
  if (text === '$$') throw new CommandError('FailedToParse', 'empty variable names are not allowed');
  if (text.endsWith('.')) throw new CommandError('Location40353', "FieldPath must not end with a '.'.");
  if (parts.includes('')) throw new CommandError('Location15998', 'FieldPath field names may not be empty strings.');
  if (parts.some((part) => part.startsWith('$'))) {
    throw new CommandError(
      'Location16410',
      `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
    );
  }
};

const variableOf = (name: string, { root, variables }: Scope): Value | undefined => {
  if (variables.has(name)) return variables.get(name);
  return name === 'ROOT' || name === 'CURRENT' ? root : undefined;
};

/** The value at a path; an array on the way stands for its documents, each followed further. */
const along = (value: Value | undefined, path: readonly string[], depth: number): Value | undefined => {
  const part = path[depth];
  if (part === undefined) return value;
  if (isDocument(value)) return along(fieldOf(value, part), path, depth + 1);
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((item): Value[] => {
    const found = isDocument(item) || Array.isArray(item) ? along(item, path, depth) : undefined;
    return found === undefined ? [] : [found];
  });
};

/** What an expression outside a pipeline is computed with: the time, the same for all documents. */
export const startVariables = (): Variables => new Map([['NOW', new Date()]]);
