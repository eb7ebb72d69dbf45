import { type Document, isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { type Path, splitPath } from '../query/path.ts';
import { type FieldOperator, operators } from './field-operators.ts';

/** One operator on one path of an update. */
export interface Change {
  readonly operator: string;
  readonly path: Path;
  readonly operand: Value;
  readonly apply: FieldOperator;
}

export type Update =
  | { readonly kind: 'operators'; readonly changes: readonly Change[] }
  | { readonly kind: 'replacement'; readonly document: Document }
  | { readonly kind: 'pipeline'; readonly stages: readonly Document[] };

/**
 * Reads the `u` of an update, or the `update` of findAndModify.
 * @throws CommandError FailedToParse, ConflictingUpdateOperators, DollarPrefixedFieldName and others, as MongoDB.
 */
export const parseUpdate = (update: Value | undefined): Update => {
  if (Array.isArray(update)) return { kind: 'pipeline', stages: update.map(readStage) };
  if (!isDocument(update)) {
    throw new CommandError('FailedToParse', 'Update argument must be either an object or an array');
  }
  const names = Object.keys(update);
  if (!names[0]?.startsWith('$')) return { kind: 'replacement', document: checkReplacement(update) };
  const changes = names.flatMap((name) => readOperator(name, update[name] ?? null));
  // MongoDB creates missing fields in the order of their names, whichever operator makes them.
  changes.sort((a, b) => comparePaths(a.path, b.path));
  assertNoConflict(changes);
  return { kind: 'operators', changes };
};

const readStage = (stage: Value): Document => {
  if (isDocument(stage)) return stage;
  throw new CommandError('TypeMismatch', 'Each element of the update pipeline array must be an object');
};

const checkReplacement = (document: Document): Document => {
  const dollar = Object.keys(document).find((name) => name.startsWith('$'));
  if (dollar === undefined) return document;
  throw new CommandError(
    'DollarPrefixedFieldName',
    `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
  );
};

const readOperator = (name: string, fields: Value): Change[] => {
  const apply = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!apply) {
    throw new CommandError(
      'FailedToParse',
      `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
    );
  }
  if (!isDocument(fields)) {
    throw new CommandError(
      'FailedToParse',
      `Modifiers operate on fields but we found type ${typeof fields} instead. For example: {$mod: {<field>: ...}} not {${name}: ${String(fields)}}`,
    );
  }
  return Object.keys(fields).flatMap((field) => {
    const operand = fields[field] ?? null;
    const change: Change = { operator: name, path: readPath(field), operand, apply };
    // Its target changes too: no other operator may touch it.
    if (name !== '$rename' || typeof operand !== 'string') return [change];
    return [change, { ...change, operator: '$rename target', path: readPath(operand), apply: () => undefined }];
  });
};

const readPath = (field: string): Path => {
  if (field === '') throw new CommandError('EmptyFieldName', 'An empty update path is not valid.');
  const path = splitPath(field);
  if (path.includes('')) {
    throw new CommandError(
      'EmptyFieldName',
      `The update path '${field}' contains an empty field name, which is not allowed.`,
    );
  }
  const dollar = path.find((part, depth) => part.startsWith('$') && !(depth > 0 && /^\$(\[\w*\])?$/.test(part)));
  if (dollar !== undefined && !['$ref', '$id', '$db'].includes(dollar)) {
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${field}' is not valid for storage.`,
    );
  }
  return path;
};

const comparePaths = (a: Path, b: Path): number => {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth += 1) {
    const [left = '', right = ''] = [a[depth], b[depth]];
    if (left === right) continue;
    const numbers = /^\d+$/.test(left) && /^\d+$/.test(right);
    return numbers ? Number(left) - Number(right) : left < right ? -1 : 1;
  }
  return a.length - b.length;
};

/** In sorted order, a path and its continuation are neighbours. */
const assertNoConflict = (changes: readonly Change[]): void => {
  for (let index = 1; index < changes.length; index += 1) {
    const [shorter, longer] = [changes[index - 1]?.path ?? [], changes[index]?.path ?? []];
    if (shorter.length > longer.length || !shorter.every((part, depth) => part === longer[depth])) continue;
    throw new CommandError(
      'ConflictingUpdateOperators',
      `Updating the path '${longer.join('.')}' would create a conflict at '${shorter.join('.')}'`,
    );
  }
};
