import { expect, test } from 'vitest';
import { readTokenRequest } from './token-request.ts';

const messageOf = (...args: string[]): string => {
  const read = readTokenRequest(args);
  return read.kind === 'problem' ? read.message : read.kind;
};

test('a token lasts an hour unless said otherwise', () => {
  expect(readTokenRequest(['--role', 'rider', '--sub', 'r1'])).toEqual({
    kind: 'request',
    role: 'rider',
    sub: 'r1',
    name: undefined,
    ttlSeconds: 3_600,
    data: '.data',
  });
});

test('what the services would refuse is refused before it is signed', () => {
  const ttl = '--ttl takes a whole number from 1 to 86400.';
  expect(messageOf('--role', 'cook', '--sub', 'r1')).toContain(
    '--role takes one of customer, restaurant, rider, admin',
  );
  expect(messageOf('--role', 'rider')).toContain('--sub takes');
  expect(messageOf('--role', 'rider', '--sub', 'a b')).toContain('--sub takes');
  expect(messageOf('--role', 'rider', '--sub', 'r1', '--ttl', '86401')).toContain(ttl);
  expect(messageOf('--role', 'rider', '--sub', 'r1', '--ttl', '-1')).toBe(`${ttl} See npm run token -- --help`);
  expect(messageOf('--role', 'rider', '--sub', 'r1', '--name', 'two\nlines')).toContain('--name takes one line');
});

test('an id may begin with a dash', () => {
  expect(readTokenRequest(['--role', 'rider', '--sub', '-r1'])).toMatchObject({ kind: 'request', sub: '-r1' });
});

test('a misspelt flag is named', () => {
  expect(messageOf('--rol', 'rider')).toBe("Unknown option '--rol'. See npm run token -- --help");
});

test('help wins over everything else', () => {
  expect(messageOf('--help')).toBe('help');
});
