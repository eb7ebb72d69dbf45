import { type Document, fieldOf, isDocument, setField, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isNullish, namedArguments } from './operands.ts';
import type { Compile, Operator } from './scope.ts';

/** The name of a field, which has to be known before any document is. */
const fieldName = (
  value: Value | undefined,
  codes: readonly [`Location${number}`, `Location${number}`],
  name: string,
): string => {
  const literal = isDocument(value) && Object.keys(value).length === 1 ? (value.$literal ?? value.$const) : value;
  if (typeof literal !== 'string')
    throw new CommandError(codes[0], `${name} requires 'field' to evaluate to a constant string`);
  if (literal === value && literal.startsWith('$')) {
    throw new CommandError(codes[1], `${name} requires 'field' to evaluate to a constant, but got a path: ${literal}`);
  }
  return literal;
};

const getField: Operator = (operand, compile, name) => {
  const short = !isDocument(operand) || operand.$literal !== undefined || operand.$const !== undefined;
  const named = short
    ? { field: operand, input: '$$CURRENT' }
    : namedArguments(operand, name, {
        required: ['field', 'input'],
        codes: {
          object: 'Location3041701',
          unknown: 'Location3041701',
          missing: ['Location3041702', 'Location3041703'],
        },
      });
  const field = fieldName(named.field, ['Location5654602', 'Location5654600'], name);
  const input = compile(named.input ?? null);
  return (scope) => {
    const value = input(scope);
    if (isNullish(value)) return value === null ? null : undefined;
    return isDocument(value) ? fieldOf(value, field) : undefined;
  };
};

const setFieldOperator: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['field', 'input', 'value'],
    codes: {
      object: 'Location4161100',
      unknown: 'Location4161101',
      missing: ['Location4161102', 'Location4161109', 'Location4161103'],
    },
  });
  return change(named, named.value ?? null, compile, name);
};

const unsetField: Operator = (operand, compile, name) => {
  const named = namedArguments(operand, name, {
    required: ['field', 'input'],
    codes: { object: 'Location4161110', unknown: 'Location4161111', missing: ['Location4161102', 'Location4161109'] },
  });
  return change(named, '$$REMOVE', compile, name);
};

const change = (named: Document, replacement: Value, compile: Compile, name: string): ReturnType<Operator> => {
  const field = fieldName(named.field, ['Location4161107', 'Location4161108'], name);
  const input = compile(named.input ?? null);
  const value = compile(replacement);
  return (scope) => {
    const document = input(scope);
    if (isNullish(document)) return null;
    if (!isDocument(document)) {
      throw new CommandError(
        'Location4161105',
        `${name} requires 'input' to evaluate to type Object, but is ${typeNameOf(document)}`,
      );
    }
    const result = { ...document };
    const wanted = value(scope);
    if (wanted === undefined) delete result[field];
    else setField(result, field, wanted);
    return result;
  };
};

export const FIELDS: Readonly<Record<string, Operator>> = {
  $getField: getField,
  $setField: setFieldOperator,
  $unsetField: unsetField,
};
