import { type Document, isDocument, numberOf, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { isOperators, type Test } from './filter-shape.ts';

/** `$elemMatch`: an array one of whose elements passes. */
export const anyElement = (passes: (element: Value) => boolean): Test => ({
  test: (value, onElement) => {
    const position = Array.isArray(value) ? value.findIndex(passes) : -1;
    if (position < 0) return false;
    onElement?.(position);
    return true;
  },
  arrays: 'whole',
});

/** The values `$all` demands, each of which must be found for itself: plain ones, or `$elemMatch` throughout. */
export const readAll = (operand: Value): readonly Value[] => {
  if (!Array.isArray(operand)) throw new CommandError('BadValue', '$all needs an array');
  const [first = null] = operand;
  for (const item of operand) {
    if (isElemMatch(first)) {
      if (!isElemMatch(item)) throw new CommandError('BadValue', '$all/$elemMatch has to be consistent');
    } else if (isOperators(item)) {
      throw new CommandError('BadValue', 'no $ expressions in $all');
    }
  }
  return operand;
};

export const isElemMatch = (item: Value): item is Document => isDocument(item) && Object.keys(item)[0] === '$elemMatch';

/** `$size`: an array of exactly so many elements. */
export const ofSize = (operand: Value): Test => {
  const size = Number(numberOf(operand));
  if (!Number.isInteger(size) || size < 0) {
    throw new CommandError(
      'BadValue',
      `Failed to parse $size. Expected a non-negative number in: $size: ${typeNameOf(operand)}`,
    );
  }
  return { test: (value) => Array.isArray(value) && value.length === size, arrays: 'whole' };
};
