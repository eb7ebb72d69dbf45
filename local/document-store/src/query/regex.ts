import { BSONRegExp } from 'bson';
import type { Document, Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { translatePattern } from './regex-syntax.ts';

const KNOWN_OPTIONS = 'imsxu';

/**
 * A MongoDB regular expression (PCRE, options i m s x u) as JavaScript's.
 * @throws CommandError Location51091 when the pattern cannot be read, Location51108 for an unknown option.
 */
export const compileRegex = (operand: Value): RegExp => {
  const { pattern, options } = operand instanceof BSONRegExp ? operand : { pattern: operand, options: '' };
  if (typeof pattern !== 'string') throw new CommandError('BadValue', '$regex has to be a string');
  const unknown = [...options].find((flag) => !KNOWN_OPTIONS.includes(flag));
  if (unknown) throw new CommandError('Location51108', `invalid flag in regex options: ${unknown}`);
  const translated = translatePattern(pattern, options);
  try {
    return new RegExp(translated.source, translated.flags);
  } catch {
    throw new CommandError('Location51091', `Regular expression is invalid: ${pattern}`);
  }
};

/** The operand of `$regex` together with the `$options` beside it, which may stand before it. */
export const joinOptions = (operators: Document): Value => {
  const { $regex: operand = null, $options: options } = operators;
  if (options === undefined) return operand;
  if (typeof options !== 'string') throw new CommandError('BadValue', '$options has to be a string');
  const { pattern, options: own } = operand instanceof BSONRegExp ? operand : { pattern: operand, options: '' };
  if (typeof pattern !== 'string') throw new CommandError('BadValue', '$regex has to be a string');
  if (own !== '' && options !== '') {
    const names = Object.keys(operators);
    const code = names.indexOf('$regex') < names.indexOf('$options') ? 'Location51075' : 'Location51074';
    throw new CommandError(code, 'options set in both $regex and $options');
  }
  const joined = new BSONRegExp(pattern);
  joined.options = own + options; // not by the constructor, which throws for an unknown option
  return joined;
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
