import { expect, test } from 'vitest';
import { brokenRule, done, nothingNew, tryLater } from './outcome.ts';
import { judge } from './verdict.ts';

const STEPS = [1_000, 5_000];
const fault = { kind: 'fault', error: new TypeError('x is not a function') } as const;

test.each([
  ['done', done(), 0, { kind: 'ack' }],
  ['nothing new', nothingNew(), 2, { kind: 'ack' }],
  ['a broken rule, first time', brokenRule('negative'), 0, { kind: 'dead', reason: 'broken-rule', error: 'negative' }],
  ['a first fault', fault, 0, { kind: 'retry', stepMs: 1_000, attempt: 1 }],
  ['a second fault', fault, 1, { kind: 'retry', stepMs: 5_000, attempt: 2 }],
  ['a fault above the ladder', fault, 2, { kind: 'dead', reason: 'gave-up', error: 'TypeError: x is not a function' }],
  ['try later', tryLater('lease held'), 0, { kind: 'retry', stepMs: 1_000, attempt: 1 }],
  ['try later above the ladder', tryLater('lease held'), 2, { kind: 'dead', reason: 'gave-up', error: 'lease held' }],
])('%s', (_, handled, attempt, verdict) => {
  expect(judge(handled, attempt, STEPS)).toEqual(verdict);
});

test('what is thrown need not be an error', () => {
  expect(judge({ kind: 'fault', error: 'plain text' }, 2, STEPS)).toMatchObject({ error: 'plain text' });
});
