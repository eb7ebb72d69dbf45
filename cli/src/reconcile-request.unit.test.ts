import { expect, it } from 'vitest';
import { readReconcileRequest } from './reconcile-request.ts';

const ORDER = 'a'.repeat(24);

it('is about every open payment unless an order is named', () => {
  const door = { data: '.data', utilsUrl: undefined, token: undefined };
  expect(readReconcileRequest([])).toEqual({ kind: 'request', door, action: { kind: 'run', orderId: undefined } });
  expect(readReconcileRequest([ORDER, '--json'])).toMatchObject({ action: { kind: 'run', orderId: ORDER } });
  expect(readReconcileRequest(['--status'])).toMatchObject({ action: { kind: 'status' } });
  expect(readReconcileRequest([ORDER, '-h'])).toEqual({ kind: 'help' });
});

it.each([
  [['order-1'], 'An order has 24'],
  [[ORDER, '--status'], '--status is of all'],
  [[ORDER, '--utils-url', 'ftp://x'], '--utils-url takes'],
  [['--all'], '--all'],
])('explains what is wrong with %j', (args, part) => {
  const read = readReconcileRequest(args);
  expect(read).toMatchObject({ kind: 'problem', message: expect.stringContaining(part) });
  expect(read).toMatchObject({ message: expect.stringContaining('See npm run reconcile -- --help') });
});
