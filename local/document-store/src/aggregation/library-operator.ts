import { isDocument, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { fromPlain, toPlain } from '../query/aggregation-values.ts';
import { library } from './library.ts';
import type { Compile, Expression } from './scope.ts';

const REFUSED = ['$function', '$accumulator', '$meta', '$toHashedIndexKey', '$sampleRate'];
/** Operators whose whole numbers are int64. */
const LONG = ['$dateDiff', '$tsSecond', '$tsIncrement'];

/** Whether the aggregation library has an operator. */
export const isInLibrary = (name: string): boolean => REFUSED.includes(name) || library().hasOperator(name);

/**
 * An operator of the aggregation library, for the rarer ones. It is given the values of its arguments, computed here, as
 * constants; for it, int64 and Decimal128 are doubles.
 */
export const compileInLibrary = (operand: Value, compile: Compile, name: string): Expression => {
  if (REFUSED.includes(name)) throw unsupported(`the expression ${name}`);
  const argument = compileArgument(operand, compile);
  return (scope) => {
    try {
      const result = library().evaluate({ [name]: argument(scope) });
      return typed(fromPlain(result), name);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError('BadValue', `${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
};

const typed = (value: Value, name: string): Value =>
  LONG.includes(name) && typeof value === 'number' ? BigInt(value) : value;

/** The argument as the library takes it: the shape it has in the pipeline, each part a constant. */
const compileArgument = (operand: Value, compile: Compile): ((scope: Parameters<Expression>[0]) => unknown) => {
  if (Array.isArray(operand)) {
    const parts = operand.map((item) => constant(compile(item)));
    return (scope) => parts.map((part) => part(scope));
  }
  if (isDocument(operand) && !Object.keys(operand).some((field) => field.startsWith('$'))) {
    const parts = Object.keys(operand).map((field) => ({ field, part: constant(compile(operand[field] ?? null)) }));
    return (scope) => Object.fromEntries(parts.map(({ field, part }) => [field, part(scope)]));
  }
  return constant(compile(operand));
};

const constant =
  (evaluate: Expression): ((scope: Parameters<Expression>[0]) => unknown) =>
  (scope) => {
    const value = evaluate(scope);
    return value === undefined ? '$missing' : { $literal: toPlain(value) };
  };
