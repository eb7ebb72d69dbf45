import { expect, it } from 'vitest';
import { createVerifiedTokens } from './verified-tokens.ts';

it('forgets the token that was used longest ago when it is full', () => {
  const tokens = createVerifiedTokens<number>(2);
  tokens.put('one', 1);
  tokens.put('two', 2);
  expect(tokens.get('one')).toBe(1);
  tokens.put('three', 3);
  expect([tokens.get('one'), tokens.get('two'), tokens.get('three')]).toEqual([1, undefined, 3]);
  expect(tokens.size()).toBe(2);
});

it('forgets a token on request', () => {
  const tokens = createVerifiedTokens<number>(2);
  tokens.put('one', 1);
  tokens.forget('one');
  expect(tokens.get('one')).toBeUndefined();
});
