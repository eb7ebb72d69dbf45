import { BSONRegExp } from 'bson';
import type { Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';

/**
 * A MongoDB regular expression (PCRE, options i m s x u) as JavaScript's. `x` drops unescaped white space and comments.
 * @throws CommandError Location51091-like BadValue when JavaScript cannot read the pattern.
 */
export const compileRegex = (operand: Value): RegExp => {
  const { pattern, options } = operand instanceof BSONRegExp ? operand : { pattern: operand, options: '' };
  if (typeof pattern !== 'string') throw new CommandError('BadValue', '$regex has to be a string');
  const unknown = [...options].find((flag) => !'imsxu'.includes(flag));
  if (unknown) throw new CommandError('BadValue', `invalid flag in regex options: ${unknown}`);
  const source = options.includes('x')
    ? pattern.replace(/\\.|\s+|#.*$/gm, (part) => (part[0] === '\\' ? part : ''))
    : pattern;
  const flags = [...'ims'].filter((flag) => options.includes(flag)).join('');
  try {
    return new RegExp(source, flags);
  } catch {
    throw new CommandError('BadValue', `Regular expression is invalid: ${pattern}`);
  }
};

/** The text every match must start with, as far as the pattern `^text` says; undefined when it says nothing. */
export const prefixOf = (operand: Value): string | undefined => {
  const { pattern, options } = operand instanceof BSONRegExp ? operand : { pattern: operand, options: '' };
  if (typeof pattern !== 'string' || options !== '' || pattern.includes('|')) return undefined;
  const match = /^\^([\w :;,@/<>=!"'&%~-]+)(.?)/.exec(pattern);
  const [, text = '', next = ''] = match ?? [];
  // A quantifier makes the last letter optional.
  const certain = '*?{'.includes(next) && next !== '' ? text.slice(0, -1) : text;
  return certain === '' ? undefined : certain;
};
