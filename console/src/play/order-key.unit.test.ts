import { expect, test } from 'vitest';
import { keyFor } from './order-key.ts';

const fresh = () => {
  let made = 0;
  return () => {
    made += 1;
    return `key-${made}`;
  };
};

test('a retry of the same order has the key of the first try', () => {
  const next = fresh();
  const first = keyFor(undefined, 'two dosas', next);
  expect(keyFor(first, 'two dosas', next)).toEqual({ key: 'key-1', body: 'two dosas' });
});

test('another order has another key', () => {
  const next = fresh();
  const first = keyFor(undefined, 'two dosas', next);
  expect(keyFor(first, 'three dosas', next).key).toBe('key-2');
  expect(keyFor(undefined, 'two dosas', next).key).toBe('key-3');
});
