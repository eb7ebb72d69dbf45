import { expect, test } from 'vitest';
import { createReturnedMessages } from './returned-messages.ts';

const message = ['tiffin.events', 'order.X', 'm-1'] as const;

test('each return explains exactly one confirm', () => {
  const returned = createReturnedMessages();
  returned.note(...message);
  returned.note(...message);
  expect([returned.take(...message), returned.take(...message), returned.take(...message)]).toEqual([
    true,
    true,
    false,
  ]);
});

test('the same id to another key is another message', () => {
  const returned = createReturnedMessages();
  returned.note(...message);
  expect(returned.take('tiffin.events', 'order.Y', 'm-1')).toBe(false);
  expect(returned.take(...message)).toBe(true);
});

test('a new channel starts with nothing returned', () => {
  const returned = createReturnedMessages();
  returned.note(...message);
  returned.forget();
  expect(returned.take(...message)).toBe(false);
});
