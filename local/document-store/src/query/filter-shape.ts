import { type Document, isDocument, type Value } from '../bson/value.ts';

/** Whether a document matches. `onElement` hears the array position that matched, for the positional operator `$`. */
export type Matcher = (document: Document, onElement?: (position: number) => void) => boolean;

/** Whether a field's condition is a set of operators rather than a document to be equal to. */
export const isOperators = (operand: Value | undefined): operand is Document => {
  if (!isDocument(operand)) return false;
  for (const name in operand) return name.startsWith('$') && name !== '$ref' && name !== '$id' && name !== '$db';
  return false;
};

/** How one operator looks at the value a path leads to. */
export interface Test {
  readonly test: (value: Value | undefined, onElement?: (position: number) => void) => boolean;
  /** `elements-too`: an array passes if any element does, or the array itself. `whole`: the operator sees the array. */
  readonly arrays: 'elements-too' | 'whole';
  /** The field passes if no value at its path does. */
  readonly negated?: boolean;
}
