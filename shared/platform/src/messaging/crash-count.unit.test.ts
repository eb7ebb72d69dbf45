import { expect, test } from 'vitest';
import { createForgiveness, weighCrashes } from './crash-count.ts';

test.each([
  ['first delivery', { delivered: 0, carried: 0, forgiven: 0 }, 'handle'],
  ['held through one crash', { delivered: 1, carried: 0, forgiven: 0 }, 'handle'],
  ['held through two crashes', { delivered: 2, carried: 0, forgiven: 0 }, 'alone'],
  ['three crashes', { delivered: 3, carried: 0, forgiven: 0 }, 'alone'],
  ['four crashes', { delivered: 4, carried: 0, forgiven: 0 }, 'dead'],
  ['a copy brought two, and two since', { delivered: 2, carried: 2, forgiven: 0 }, 'dead'],
  ['a copy brought two', { delivered: 0, carried: 2, forgiven: 0 }, 'alone'],
  ['one link lost', { delivered: 1, carried: 0, forgiven: 1 }, 'handle'],
  ['ten links lost', { delivered: 10, carried: 0, forgiven: 10 }, 'refresh'],
  ['a crash of an earlier process and three links lost', { delivered: 4, carried: 0, forgiven: 3 }, 'refresh'],
  ['forgiven more than delivered', { delivered: 1, carried: 2, forgiven: 9 }, 'alone'],
])('%s', (_, counts, kind) => {
  expect(weighCrashes(counts).kind).toBe(kind);
});

test('a refreshed message keeps the crashes that are its own', () => {
  expect(weighCrashes({ delivered: 4, carried: 0, forgiven: 3 })).toEqual({ kind: 'refresh', crashes: 1 });
});

test('what survived the process is remembered by message, until it is settled', () => {
  const forgiveness = createForgiveness();
  forgiveness.add('a');
  forgiveness.add('a');
  forgiveness.add(undefined);
  expect([forgiveness.of('a'), forgiveness.of('b'), forgiveness.of(undefined)]).toEqual([2, 0, 0]);
  forgiveness.settled('a');
  expect(forgiveness.of('a')).toBe(0);
});

test('an outage with a large backlog does not make the memory grow without end', () => {
  const forgiveness = createForgiveness();
  for (let index = 0; index < 10_001; index += 1) forgiveness.add(`message-${index}`);
  expect([forgiveness.of('message-0'), forgiveness.of('message-1')]).toEqual([0, 1]);
});
