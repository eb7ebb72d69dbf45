import { expect, it } from 'vitest';
import { readWebhooksRequest } from './webhooks-request.ts';

const messageOf = (...args: string[]): string => {
  const read = readWebhooksRequest(args);
  return read.kind === 'problem' ? read.message : read.kind;
};

it('reads what is asked for and of whom', () => {
  const list = readWebhooksRequest(['list', '--status', 'dead', '--order', 'a'.repeat(24), '--limit', '5']);
  expect(list).toEqual({
    kind: 'request',
    door: { data: '.data', utilsUrl: undefined, token: undefined },
    action: { kind: 'list', query: `status=dead&orderId=${'a'.repeat(24)}&limit=5` },
  });
  expect(readWebhooksRequest(['show', 'evt_1#ff', '--utils-url', 'http://utils:4004'])).toMatchObject({
    door: { utilsUrl: 'http://utils:4004' },
    action: { kind: 'show', id: 'evt_1#ff' },
  });
  expect(readWebhooksRequest(['replay', 'evt_1', '--reason', ' the gateway is back '])).toMatchObject({
    action: { kind: 'replay', id: 'evt_1', reason: 'the gateway is back' },
  });
  expect(readWebhooksRequest(['list', '--help'])).toEqual({ kind: 'help' });
});

it.each([
  [[], 'Say list'],
  [['lost'], 'Say list'],
  [['list', '--status', 'lost'], '--status'],
  [['list', '--order', 'x'], '--order'],
  [['list', '--limit', '0'], '--limit'],
  [['list', '--reason', 'x'], '--reason says nothing here'],
  [['list', 'evt_1'], 'one word too many'],
  [['show'], 'Name the webhook'],
  [['show', 'evt_1', 'evt_2'], 'one word too many'],
  [['show', 'evt_1', '--status', 'dead'], '--status says nothing here'],
  [['replay', 'evt_1'], '--reason says why'],
  [['replay', 'evt_1', '--reason', 'two\nlines'], '--reason says why'],
  [['list', '--utils-url', 'utils:4004'], '--utils-url takes'],
  [['list', '--jsno'], '--jsno'],
])('explains what is wrong with %j', (args, part) => {
  expect(messageOf(...args)).toContain(part);
  expect(messageOf(...args)).toContain('See npm run webhooks -- --help');
});
