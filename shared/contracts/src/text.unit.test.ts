import { expect, it } from 'vitest';
import { line } from './text.ts';

const name = line({ max: 20 });

it.each(['\u0000', 'a\u0007b', 'a\r\nb', 'abc\u202Edef', '\uD800', '', '   '])(
  'G124: %j is not a line of text',
  (text) => {
    expect(name.safeParse(text).success).toBe(false);
  },
);

it('G124: twins of one spelling become the same text, and emoji pass', () => {
  expect(name.parse('Cafe\u0301')).toBe(name.parse('Caf\u00e9'));
  expect(name.parse(' 🍛 thali ')).toBe('🍛 thali');
});

it('G124: ten thousand combining marks are too long', () => {
  expect(name.safeParse(`a${'\u0301'.repeat(10_000)}`).success).toBe(false);
});
