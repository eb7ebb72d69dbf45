import { Timestamp } from 'bson';
import { compareValues } from '../bson/compare.ts';
import { isDocument, isInt32, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import type { Path } from '../query/path.ts';
import { addNumbers, multiplyNumbers } from './arithmetic.ts';
import { addToSet, pop, pull, pullAll, push } from './array-operators.ts';
import type { Draft } from './draft.ts';

export interface ChangeContext {
  readonly now: Date;
  /** The update is inserting its document. */
  readonly inserting: boolean;
  /** `_id` of the document, for messages. */
  readonly subject: Value | undefined;
}

/** Applies one operator to one path, whose positional parts are positions by now. */
export type FieldOperator = (draft: Draft, path: Path, operand: Value, context: ChangeContext) => void;

const set: FieldOperator = (draft, path, operand) => draft.set(path, operand);

const unset: FieldOperator = (draft, path) => draft.unset(path);

const setOnInsert: FieldOperator = (draft, path, operand, context) => {
  if (context.inserting) draft.set(path, operand);
};

const arithmetic =
  (name: string, missing: (operand: Value) => Value, combine: (a: Value, b: Value) => Value): FieldOperator =>
  (draft, path, operand, context) => {
    if (numberOf(operand) === undefined) {
      const verb = name === '$inc' ? 'increment' : 'multiply';
      throw new CommandError(
        'TypeMismatch',
        `Cannot ${verb} with non-numeric argument: {${path.join('.')}: ${String(operand)}}`,
      );
    }
    const current = draft.get(path);
    if (current === undefined) {
      draft.set(path, missing(operand));
      return;
    }
    if (numberOf(current) === undefined) {
      throw new CommandError(
        'TypeMismatch',
        `Cannot apply ${name} to a value of non-numeric type. {_id: ${String(context.subject)}} has the field '${path.at(-1)}' of non-numeric type ${typeNameOf(current)}`,
      );
    }
    draft.set(path, combine(current, operand));
  };

const extreme =
  (keeps: (order: number) => boolean): FieldOperator =>
  (draft, path, operand) => {
    const current = draft.get(path);
    if (current === undefined || !keeps(compareValues(current, operand))) draft.set(path, operand);
  };

const rename: FieldOperator = (draft, path, operand) => {
  if (typeof operand !== 'string') {
    throw new CommandError('BadValue', `The 'to' field for $rename must be a string: ${path.join('.')}`);
  }
  const value = draft.get(path);
  if (value === undefined) return;
  draft.unset(path);
  draft.set(operand.split('.'), value);
};

const currentDate: FieldOperator = (draft, path, operand, { now }) => {
  const type = isDocument(operand) ? operand.$type : operand;
  if (type === true || type === 'date') {
    draft.set(path, now);
  } else if (type === 'timestamp') {
    draft.set(path, new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }));
  } else {
    throw new CommandError('BadValue', "The '$type' string field is required to be 'date' or 'timestamp'");
  }
};

const bit: FieldOperator = (draft, path, operand) => {
  const [name = '', ...others] = isDocument(operand) ? Object.keys(operand) : [];
  const mask = isDocument(operand) ? operand[name] : undefined;
  const current = draft.get(path) ?? (typeof mask === 'bigint' ? 0n : 0);
  const integral = [mask, current].every(
    (value) => typeof value === 'bigint' || (typeof value === 'number' && isInt32(value)),
  );
  if (others.length > 0 || !['and', 'or', 'xor'].includes(name) || !integral) {
    throw new CommandError(
      'BadValue',
      'The $bit modifier takes one of and, or, xor with an integer, on an integer field',
    );
  }
  const [a, b] = [BigInt(numberOf(current) ?? 0), BigInt(numberOf(mask) ?? 0)];
  const result = name === 'and' ? a & b : name === 'or' ? a | b : a ^ b;
  draft.set(path, typeof mask === 'bigint' || typeof current === 'bigint' ? result : Number(result));
};

/** Every update operator by name. */
export const operators: Readonly<Record<string, FieldOperator>> = {
  $set: set,
  $unset: unset,
  $setOnInsert: setOnInsert,
  $inc: arithmetic('$inc', (operand) => operand, addNumbers),
  $mul: arithmetic('$mul', (operand) => multiplyNumbers(operand, 0), multiplyNumbers),
  $min: extreme((order) => order <= 0),
  $max: extreme((order) => order >= 0),
  $rename: rename,
  $currentDate: currentDate,
  $bit: bit,
  $push: push,
  $addToSet: addToSet,
  $pull: pull,
  $pullAll: pullAll,
  $pop: pop,
} satisfies Record<string, FieldOperator>;
