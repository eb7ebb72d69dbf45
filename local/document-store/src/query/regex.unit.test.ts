import { BSONRegExp } from 'bson';
import { describe, expect, it } from 'vitest';
import { compileRegex } from './regex.ts';

const cases: readonly [pattern: string, options: string, text: string, matches: boolean][] = [
  ['a\\-b', '', 'a-b', true],
  ['\\_x\\ y', '', '_x y', true],
  ['[\\w.-]+@[\\w-]+', '', 'a.b@c-d', true],
  ['a{2}', '', 'aa', true],
  ['a{,2}', '', 'a{,2}', true],
  ['{x}', '', '{x}', true],
  ['[]a]', '', ']', true],
  ['[^]a]', '', ']', false],
  ['[a\\]b]', '', ']', true],
  ['[.*+?^$()|[\\]\\\\]', '', '$', true],
  ['\\Qa.b\\E+', '', 'a.bb', true],
  ['\\Qa.b\\E', '', 'axb', false],
  ['(?P<n>x)(?P=n)', '', 'xx', true],
  ['\\x{1F600}', '', '😀', true],
  ['[\\x{e9}]', '', 'é', true],
  ['^\\pL+$', '', 'é', true],
  ['[\\s\\d]', '', ' ', true],
  ['\\bfoo\\b', 'i', 'a FOO b', true],
  ['(a|b)\\1', '', 'aa', true],
  ['^\\+?[0-9 ()-]{7,}$', '', '+1 (234) 567', true],
  ['^[[:alpha:][:digit:]]+$', '', 'a1', true],
  ['a#b', '', 'a#b', true],
  ['a\\#b', 'x', 'a#b', true],
  ['a [ #] b', 'x', 'a#b', true],
  ['(?<=a)b', '', 'ab', true],
  ['a\\/b', '', 'a/b', true],
  ['a\\,b\\:c\\@\\!\\&\\%\\~\\`\\;\\<\\>\\=\\\'\\"', '', 'a,b:c@!&%~`;<>=\'"', true],
  ['[\\w-]', '', '-', true],
  ['[\\w-z]', '', '-', true],
  ['^[\\w-\\.]+@[a-\\d]', '', 'a-b.c@-', true],
  ['^.*ünch', 'i', 'MÜNCHEN', true],
  ['(?i)ABC', '', 'xabc', true],
  ['(?im)^b', '', 'a\nB', true],
  ['^[^a]$', '', '😀', true],
  ['a(?# a note)b', '', 'ab', true],
  ['a\\Z', '', 'a\n', true],
  ['a\\z', '', 'a\n', false],
  ['a\\hb', '', 'a\tb', true],
];

describe('a regular expression in the syntax of PCRE', () => {
  it.each(cases)('/%s/%s on %j: %s', (pattern, options, text, matches) => {
    expect(compileRegex(new BSONRegExp(pattern, options)).test(text)).toBe(matches);
  });
});
