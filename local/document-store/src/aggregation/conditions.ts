import { compareValues } from '../bson/compare.ts';
import { isDocument, KIND, kindOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isTruthy } from '../query/match-operators.ts';
import { binary, compileOptional, isNullish, namedArguments, taking, unary } from './operands.ts';
import { type Expression, type Operator, withVariable } from './scope.ts';

type Operand = Value | undefined;

/** The order of two values; a missing one stands between MinKey and null. */
const compare = (a: Operand, b: Operand): number => {
  if (a !== undefined && b !== undefined) return Math.sign(compareValues(a, b));
  if (a === b) return 0;
  if (a === undefined) return kindOf(b) === KIND.minKey ? 1 : -1;
  return kindOf(a) === KIND.minKey ? -1 : 1;
};

const compared = (holds: (order: number) => boolean): Operator => binary((a, b) => holds(compare(a, b)));

const listed = (operand: Value): readonly Value[] => (Array.isArray(operand) ? operand : [operand]);

/** `$and` and `$or` stop at the first value that decides. */
const deciding =
  (decides: boolean): Operator =>
  (operand, compile) => {
    const operands = listed(operand).map((item) => compile(item));
    return (scope) => (operands.some((evaluate) => isTruthy(evaluate(scope)) === decides) ? decides : !decides);
  };

const conditional: Operator = (operand, compile, name) => {
  const [condition, yes, no] = conditionParts(operand, name).map((item) => compile(item));
  return (scope) => (isTruthy(condition?.(scope)) ? yes?.(scope) : no?.(scope));
};

const conditionParts = (operand: Value, name: string): readonly Value[] => {
  if (isDocument(operand)) {
    const named = namedArguments(operand, name, {
      required: ['if', 'then', 'else'],
      codes: {
        object: 'Location17080',
        unknown: 'Location17083',
        missing: ['Location17080', 'Location17081', 'Location17082'],
      },
    });
    return [named.if ?? null, named.then ?? null, named.else ?? null];
  }
  const list = listed(operand);
  if (list.length === 3) return list;
  throw new CommandError(
    'Location16020',
    `Expression ${name} takes exactly 3 arguments. ${list.length} were passed in.`,
  );
};

const choice: Operator = (operand, compile, name) => {
  if (!isDocument(operand)) throw new CommandError('Location40060', `${name} requires an object as an argument`);
  const unknown = Object.keys(operand).find((field) => field !== 'branches' && field !== 'default');
  if (unknown !== undefined) throw new CommandError('Location40067', `${name} found an unknown argument: ${unknown}`);
  const { branches = [] } = operand;
  if (!Array.isArray(branches)) throw new CommandError('Location40061', `${name} expected an array for 'branches'`);
  if (branches.length === 0) throw new CommandError('Location40068', `${name} requires at least one branch.`);
  const cases = branches.map((branch) => {
    const { when, result } = readBranch(branch, name);
    return { when: compile(when), result: compile(result) };
  });
  const otherwise = compileOptional(operand, 'default', compile);
  return (scope) => {
    const found = cases.find(({ when }) => isTruthy(when(scope)));
    if (found) return found.result(scope);
    if (otherwise) return otherwise(scope);
    throw new CommandError(
      'Location40066',
      `${name} could not find a matching branch for an input, and no default was specified.`,
    );
  };
};

const readBranch = (branch: Value, name: string): { when: Value; result: Value } => {
  if (!isDocument(branch)) throw new CommandError('Location40062', `${name} expected each branch to be an object`);
  const unknown = Object.keys(branch).find((field) => field !== 'case' && field !== 'then');
  if (unknown !== undefined)
    throw new CommandError('Location40063', `${name} found an unknown argument to a branch: ${unknown}`);
  if (branch.case === undefined)
    throw new CommandError('Location40064', `${name} requires each branch have a 'case' expression`);
  if (branch.then === undefined)
    throw new CommandError('Location40065', `${name} requires each branch have a 'then' expression.`);
  return { when: branch.case, result: branch.then };
};

const ifNull: Operator = (operand, compile, name) => {
  const list = listed(operand);
  if (list.length < 2) {
    throw new CommandError('Location1257300', `${name} needs at least two arguments, had: ${list.length}`);
  }
  const operands = list.map((item) => compile(item));
  return (scope) => {
    let value: Operand;
    for (const evaluate of operands) {
      value = evaluate(scope);
      if (!isNullish(value)) return value;
    }
    return value;
  };
};

const bindings: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['vars', 'in'],
    codes: { object: 'Location16874', unknown: 'Location16875', missing: ['Location16876', 'Location16877'] },
  });
  if (!isDocument(named.vars)) {
    throw new CommandError('TypeMismatch', `invalid parameter: expected an object (vars)`);
  }
  const { vars } = named;
  const names = Object.keys(vars);
  for (const variable of names) assertVariableName(variable);
  const values = names.map((variable): [string, Expression] => [variable, compile(vars[variable] ?? null)]);
  const body = compile(named.in ?? null, ...names);
  return (scope) =>
    body(values.reduce((inner, [variable, evaluate]) => withVariable(inner, variable, evaluate(scope)), scope));
};

/** @throws CommandError FailedToParse: names of users begin with a small letter. */
export const assertVariableName = (name: string): void => {
  if (name === 'CURRENT' || /^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/.test(name)) return;
  throw new CommandError('FailedToParse', `'${name}' starts with an invalid character for a user variable name`);
};

export const CONDITIONS: Readonly<Record<string, Operator>> = {
  $cmp: binary(compare),
  $eq: compared((order) => order === 0),
  $ne: compared((order) => order !== 0),
  $gt: compared((order) => order > 0),
  $gte: compared((order) => order >= 0),
  $lt: compared((order) => order < 0),
  $lte: compared((order) => order <= 0),
  $and: deciding(false),
  $or: deciding(true),
  $not: unary((value) => !isTruthy(value)),
  $cond: conditional,
  $switch: choice,
  $ifNull: ifNull,
  $let: bindings,
  $literal: (operand) => () => operand,
  $const: (operand) => () => operand,
  $rand: taking(0, 0, () => Math.random()),
};
