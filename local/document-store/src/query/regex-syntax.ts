/** PCRE's syntax in JavaScript's, where the two differ and JavaScript can say the same. */
interface Translated {
  readonly source: string;
  readonly flags: string;
}

/**
 * Translates a pattern token by token: anchors and dots know line feeds only, `\A`, `\z`, `\h`, `\Q…\E`, POSIX classes and
 * leading options such as `(?i)` get a meaning, a character is a code point, and `x` drops white space and comments. What
 * JavaScript has no word for, such as possessive quantifiers, is left as it is and cannot be compiled.
 */
export const translatePattern = (pattern: string, options: string): Translated => {
  const leading = /^\(\?([imsx]+)\)/.exec(pattern);
  const wanted = options + (leading?.[1] ?? '');
  const body = pattern.slice(leading?.[0].length ?? 0);
  const tokens = wanted.includes('x') ? split(body, SPACE, TOKENS, ANYWHERE) : split(body, TOKENS, ANYWHERE);
  const source = tokens.map(([token]) => translateToken(token, wanted)).join('');
  return { source, flags: wanted.includes('i') ? 'iu' : 'u' };
};

/** What stands outside a class of characters: quoted text, comments, named groups, escapes, classes, repetitions, any character. */
const TOKENS = String.raw`\\Q[\s\S]*?(?:\\E|$)|\(\?#[^)]*\)|\(\?P[<=][^>)]*[>)]|\\k<\w+>|\[\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}`;
/** What stands within one: classes by name, escapes, any character. */
const MEMBERS = String.raw`\[:(\w+):\]`;
const ANYWHERE = String.raw`\\x\{[\da-f]+\}|\\p\{\^?\w+\}|\\p\w|\\[\s\S]|[\s\S]`;
/** What the option x drops. */
const SPACE = String.raw`\s+|#[^\n]*`;

const split = (text: string, ...kinds: readonly string[]): RegExpExecArray[] => [
  ...text.matchAll(new RegExp(kinds.join('|'), 'giu')),
];

const SYNTAX = /[\^$\\.*+?()[\]{}|/]/u;

const escaped = (text: string): string => [...text].map((one) => (SYNTAX.test(one) ? `\\${one}` : one)).join('');

const translateToken = (token: string, options: string): string => {
  if (options.includes('x') && /^(?:\s|#)/u.test(token)) return '';
  if (token.startsWith('\\Q')) return escaped(token.slice(2).replace(/\\E$/u, ''));
  if (token.startsWith('(?#')) return '';
  if (token.startsWith('(?P<')) return `(?<${token.slice(4)}`;
  if (token.startsWith('(?P=')) return `\\k<${token.slice(4, -1)}>`;
  if (token.startsWith('\\')) return translateEscape(token, OUTSIDE);
  if (token.startsWith('[') && token.length > 1) return translateClass(token);
  switch (token) {
    case '.':
      return options.includes('s') ? '[\\s\\S]' : '[^\\n]';
    case '^':
      return options.includes('m') ? '(?<![^\\n])' : '^';
    case '$':
      return options.includes('m') ? '(?![^\\n])' : '(?=\\n?(?![\\s\\S]))';
    case '{':
    case '}':
    case ']':
      return `\\${token}`;
    default:
      return token;
  }
};

const OUTSIDE: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=\\n?(?![\\s\\S]))',
  h: '[ \\t]',
  R: '(?:\\r\\n|[\\n-\\r])',
  s: '[\\t-\\r ]',
  S: '[^\\t-\\r ]',
  a: '\\x07',
  e: '\\x1b',
};
const INSIDE: Readonly<Record<string, string>> = { h: ' \\t', s: '\\t-\\r ', a: '\\x07', e: '\\x1b', '-': '\\-' };

const translateEscape = (token: string, meanings: Readonly<Record<string, string>>): string => {
  const name = [...token.slice(1)].join('');
  const meaning = meanings[name];
  if (meaning !== undefined) return meaning;
  if (name.startsWith('x{')) return `\\u${name.slice(1)}`;
  if (/^p\{\^/iu.test(name)) return `\\P{${name.slice(3)}`;
  if (/^p\w$/iu.test(name)) return `\\${name[0]}{${name[1]}}`;
  return /^[\dA-Z]/iu.test(name) ? token : escaped(name);
};

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\t-\\r ',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`\\{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  cntrl: '\\x00-\\x1f\\x7f',
  print: ' -~',
  graph: '!-~',
};

const translateClass = (token: string): string => {
  const negation = token[1] === '^' ? '^' : '';
  const members = split(token.slice(1 + negation.length, -1), MEMBERS, ANYWHERE);
  const source = members.map(([member, posix], index) => {
    if (posix !== undefined) return POSIX[posix] ?? member;
    if (member.startsWith('\\')) return translateEscape(member, INSIDE);
    // Beside a set of characters a hyphen makes no range.
    const isHyphen = member === '-' && [members[index - 1], members[index + 1]].some((beside) => isSet(beside?.[0]));
    return isHyphen || member === '[' || member === ']' ? `\\${member}` : member;
  });
  return `[${negation}${source.join('')}]`;
};

const isSet = (member = ''): boolean => /^(?:\\[dwshp]|\[:)/iu.test(member);
