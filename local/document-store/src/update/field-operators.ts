import { Timestamp } from 'bson';
import { compareValues } from '../bson/compare.ts';
import { isDocument, isInt32, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { inShell } from '../indexes/duplicate-key.ts';
import { type Path, positionOf, splitPath } from '../query/path.ts';
import { addNumbers, multiplyNumbers } from './arithmetic.ts';
import { ARRAY_OPERATORS } from './array-operators.ts';
import { type Draft, notViable } from './draft.ts';
import { isPositional } from './positions.ts';

export interface ChangeContext {
  readonly now: Date;
  /** The update is inserting its document. */
  readonly inserting: boolean;
  /** `_id` of the document, for messages. */
  readonly subject: Value | undefined;
}

/** Applies one operator to one path, whose positional parts are positions by now. */
type Apply = (draft: Draft, path: Path, operand: Value, context: ChangeContext) => void;

export interface FieldOperator {
  readonly apply: Apply;
  /** Refuses a wrong operand before any document is looked at. */
  readonly check?: (operand: Value, path: Path) => void;
}

const set: Apply = (draft, path, operand) => draft.set(path, operand);

const unset: Apply = (draft, path) => draft.unset(path);

const setOnInsert: Apply = (draft, path, operand, context) => {
  if (context.inserting) draft.set(path, operand);
};

const numeric =
  (verb: string) =>
  (operand: Value, path: Path): void => {
    if (numberOf(operand) !== undefined) return;
    throw new CommandError(
      'TypeMismatch',
      `Cannot ${verb} with non-numeric argument: {${path.join('.')}: ${inShell(operand)}}`,
    );
  };

const arithmetic =
  (name: string, missing: (operand: Value) => Value, combine: (a: Value, b: Value) => Value): Apply =>
  (draft, path, operand, context) => {
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
  (keeps: (order: number) => boolean): Apply =>
  (draft, path, operand) => {
    const current = draft.get(path);
    if (current === undefined || !keeps(compareValues(current, operand))) draft.set(path, operand);
  };

const rename: Apply = (draft, path, operand, context) => {
  const value = draft.get(path);
  if (value === undefined) {
    assertViable(draft, path);
    return;
  }
  const target = splitPath(String(operand));
  assertNoArrayOn(draft, path, 'source', context);
  assertNoArrayOn(draft, target, 'destination', context);
  draft.unset(path);
  draft.set(target, value);
};

/** A path that could not be made is refused, though there is nothing to move. */
const assertViable = (draft: Draft, path: Path): void => {
  for (let depth = 1; depth < path.length; depth += 1) {
    const [part = '', above] = [path[depth], draft.get(path.slice(0, depth))];
    if (above === undefined) return;
    if (isDocument(above) || (Array.isArray(above) && positionOf(part) >= 0)) continue;
    throw notViable(part, path.slice(0, depth), above);
  }
};

const assertNoArrayOn = (draft: Draft, path: Path, end: string, { subject }: ChangeContext): void => {
  const depth = path.findIndex((_, at) => at > 0 && Array.isArray(draft.get(path.slice(0, at))));
  if (depth < 0) return;
  throw new CommandError(
    'BadValue',
    `The ${end} field cannot be an array element, '${path.join('.')}' in doc with _id: ${inShell(subject ?? null)} has an array field called '${path[depth - 1]}'`,
  );
};

const checkRename = (operand: Value, path: Path): void => {
  const from = path.join('.');
  if (typeof operand !== 'string') {
    throw new CommandError('BadValue', `The 'to' field for $rename must be a string: ${from}`);
  }
  if (operand === from) {
    throw new CommandError('BadValue', `The source and target field for $rename must differ: ${from}`);
  }
  if (operand.startsWith(`${from}.`) || from.startsWith(`${operand}.`)) {
    throw new CommandError(
      'BadValue',
      `The source and target field for $rename must not be on the same path: ${from}: "${operand}"`,
    );
  }
  if (path.some(isPositional)) {
    throw new CommandError('BadValue', `The source field for $rename may not be dynamic: ${from}`);
  }
  if (splitPath(operand).some(isPositional)) {
    throw new CommandError('BadValue', `The destination field for $rename may not be dynamic: ${operand}`);
  }
};

export const timestampAt = (now: Date): Timestamp => new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 });

const currentDate: Apply = (draft, path, operand, { now }) => {
  const asTimestamp = isDocument(operand) && operand.$type === 'timestamp';
  draft.set(path, asTimestamp ? timestampAt(now) : now);
};

const checkCurrentDate = (operand: Value): void => {
  if (typeof operand === 'boolean') return;
  if (!isDocument(operand)) {
    throw new CommandError(
      'BadValue',
      `${typeNameOf(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  const unknown = Object.keys(operand).find((name) => name !== '$type');
  if (unknown !== undefined) throw new CommandError('BadValue', `Unrecognized $currentDate option: ${unknown}`);
  if (operand.$type !== 'date' && operand.$type !== 'timestamp') {
    throw new CommandError('BadValue', "The '$type' string field is required to be 'date' or 'timestamp'");
  }
};

const BITS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

const isInteger = (value: Value | undefined): value is number | bigint =>
  typeof value === 'bigint' || (typeof value === 'number' && isInt32(value));

const bit: Apply = (draft, path, operand, { subject }) => {
  let value = draft.get(path) ?? 0;
  for (const [name, mask] of isDocument(operand) ? Object.entries(operand) : []) {
    if (!isInteger(value) || !isInteger(mask)) {
      throw new CommandError(
        'BadValue',
        `Cannot apply $bit to a value of non-integral type. _id: ${inShell(subject ?? null)} has the field ${path.at(-1)} of non-integer type ${typeNameOf(value)}`,
      );
    }
    const result: bigint = BITS[name]?.(BigInt(value), BigInt(mask)) ?? 0n;
    value = typeof value === 'bigint' || typeof mask === 'bigint' ? result : Number(result);
  }
  draft.set(path, value);
};

const checkBit = (operand: Value): void => {
  if (!isDocument(operand)) {
    throw new CommandError(
      'BadValue',
      'The $bit modifier is not compatible with a value that is no document: {$bit: {field: {and/or/xor: #}}}',
    );
  }
  if (Object.keys(operand).length === 0) {
    throw new CommandError(
      'BadValue',
      "You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}'",
    );
  }
  for (const [name, mask] of Object.entries(operand)) {
    if (!Object.hasOwn(BITS, name)) {
      throw new CommandError(
        'BadValue',
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator`,
      );
    }
    if (!isInteger(mask)) {
      throw new CommandError(
        'BadValue',
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeNameOf(mask)}' is not supported`,
      );
    }
  }
};

/** Every update operator by name. */
export const operators = {
  $set: { apply: set },
  $unset: { apply: unset },
  $setOnInsert: { apply: setOnInsert },
  $inc: { apply: arithmetic('$inc', (operand) => operand, addNumbers), check: numeric('increment') },
  $mul: {
    apply: arithmetic('$mul', (operand) => multiplyNumbers(operand, 0), multiplyNumbers),
    check: numeric('multiply'),
  },
  $min: { apply: extreme((order) => order <= 0) },
  $max: { apply: extreme((order) => order >= 0) },
  $rename: { apply: rename, check: checkRename },
  $currentDate: { apply: currentDate, check: checkCurrentDate },
  $bit: { apply: bit, check: checkBit },
  ...ARRAY_OPERATORS,
} as Readonly<Record<string, FieldOperator>>;
