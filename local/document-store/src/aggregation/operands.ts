import { type Document, isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import type { Compile, Expression, Operator } from './scope.ts';

type Operand = Value | undefined;

export const isNullish = (value: Operand): value is null | undefined => value === undefined || value === null;

const listOf = (operand: Value): readonly Value[] => (Array.isArray(operand) ? operand : [operand]);

/** An operator of so many arguments, computed from their values. @throws CommandError Location16020 or Location28667. */
export const taking =
  (least: number, most: number, compute: (values: readonly Operand[], name: string) => Operand): Operator =>
  (operand, compile, name) => {
    const list = listOf(operand);
    if (least === most && list.length !== least) {
      throw new CommandError(
        'Location16020',
        `Expression ${name} takes exactly ${least} arguments. ${list.length} were passed in.`,
      );
    }
    if (list.length < least || list.length > most) {
      throw new CommandError(
        'Location28667',
        `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${list.length} were passed in.`,
      );
    }
    const operands = list.map((item) => compile(item));
    return (scope) =>
      compute(
        operands.map((evaluate) => evaluate(scope)),
        name,
      );
  };

/** An operator of one argument. */
export const unary = (compute: (value: Operand, name: string) => Operand): Operator =>
  taking(1, 1, ([value], name) => compute(value, name));

/** An operator of one argument that answers null for null and for nothing. */
export const unaryOrNull = (compute: (value: Value, name: string) => Operand): Operator =>
  unary((value, name) => (isNullish(value) ? null : compute(value, name)));

export const binary = (compute: (a: Operand, b: Operand, name: string) => Operand): Operator =>
  taking(2, 2, ([a, b], name) => compute(a, b, name));

/** An operator of any number of arguments. */
export const variadic = (compute: (values: readonly Operand[], name: string) => Operand): Operator =>
  taking(0, Number.POSITIVE_INFINITY, compute);

/** Named arguments: their codes are those MongoDB has for this one operator. */
export interface Named {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  readonly codes: {
    readonly object: `Location${number}` | 'FailedToParse';
    readonly unknown: `Location${number}` | 'FailedToParse';
    readonly missing: `Location${number}` | 'FailedToParse' | readonly (`Location${number}` | 'FailedToParse')[];
  };
}

/** Checks the names of an operator's arguments. */
export const namedArguments = (operand: Value, name: string, { required, optional = [], codes }: Named): Document => {
  if (!isDocument(operand)) throw new CommandError(codes.object, `${name} only supports an object as its argument`);
  for (const field of Object.keys(operand)) {
    if (!required.includes(field) && !optional.includes(field)) {
      throw new CommandError(codes.unknown, `Unrecognized parameter to ${name}: ${field}`);
    }
  }
  required.forEach((field, index) => {
    if (operand[field] !== undefined) return;
    const code = typeof codes.missing === 'string' ? codes.missing : (codes.missing[index] ?? 'FailedToParse');
    throw new CommandError(code, `Missing '${field}' parameter to ${name}`);
  });
  return operand;
};

/** The argument of a name, compiled; undefined when it is not given. */
export const compileOptional = (
  operand: Document,
  field: string,
  compile: Compile,
  ...names: readonly string[]
): Expression | undefined => (operand[field] === undefined ? undefined : compile(operand[field], ...names));
