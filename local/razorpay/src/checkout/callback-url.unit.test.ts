import { expect, test } from 'vitest';
import { readCallbackUrl } from './callback-url.ts';

const ALLOWED = ['https://shop.example'];

test.each([
  ['http://127.0.0.1:4004/api/v1/payments/callback?cart=1', 'http://127.0.0.1:4004/api/v1/payments/callback?cart=1'],
  ['http://localhost:3000', 'http://localhost:3000/'],
  ['https://localhost/x', 'https://localhost/x'],
  ['https://shop.example/paid', 'https://shop.example/paid'],
  ['http://127.1:4004/', 'http://127.0.0.1:4004/'],
])('%s is allowed', (given, href) => {
  expect(readCallbackUrl(given, ALLOWED)).toEqual({ kind: 'allowed', href });
});

test.each([
  'https://evil.example/',
  'http://shop.example/',
  'https://shop.example:8443/',
  'https://shop.example.evil.example/',
  'http://localhost.evil.example/',
  'http://localhost./',
  'http://127.0.0.1.evil.example/',
  'http://127.0.0.1@evil.example/',
  'http://user:secret@127.0.0.1/',
  'http:\\\\evil.example\\',
  '//evil.example/',
  '/relative',
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'http://10.0.0.1/',
  'http://0.0.0.0/',
  `http://127.0.0.1/${'x'.repeat(2048)}`,
])('%s is refused', (given) => {
  expect(readCallbackUrl(given, ALLOWED)).toEqual({ kind: 'refused' });
});

test('no address is none, and two addresses are no address', () => {
  expect(readCallbackUrl(undefined, ALLOWED)).toEqual({ kind: 'none' });
  expect(readCallbackUrl('', ALLOWED)).toEqual({ kind: 'none' });
  expect(readCallbackUrl(['http://127.0.0.1/', 'https://evil.example/'], ALLOWED)).toEqual({ kind: 'refused' });
});
