import { expect, test } from 'vitest';
import { REPLAY_HELP, readReplayRequest } from './replay-request.ts';

const ID = 'AbCdEfGh012345';
const ORDER = 'order_AbCdEfGh012345';

test('each way to say what is meant is read', () => {
  expect(readReplayRequest(['--unacknowledged'])).toEqual({
    kind: 'request',
    action: 'replay',
    what: { kind: 'everything' },
    force: false,
    url: undefined,
    data: '.data',
  });
  expect(readReplayRequest(['--ids', `${ID}, ${ID}`, '--force'])).toMatchObject({
    what: { kind: 'ids', ids: [ID, ID] },
    force: true,
  });
  expect(readReplayRequest(['--order', ORDER, '--url', 'http://127.0.0.1:4010'])).toMatchObject({
    action: 'replay',
    what: { kind: 'order', orderId: ORDER },
    url: 'http://127.0.0.1:4010',
  });
  expect(readReplayRequest(['--list', '--order', ORDER])).toMatchObject({ action: 'list', what: { kind: 'order' } });
  expect(readReplayRequest(['--list'])).toMatchObject({ action: 'list', what: { kind: 'everything' } });
});

test.each([
  [[], 'Say one of'],
  [['--list', '--unacknowledged'], 'Say one of'],
  [['--unacknowledged', '--ids', ID], 'Say one of'],
  [['--ids', '../reset'], '--ids takes event ids'],
  [['--ids', Array.from({ length: 1001 }, () => ID).join(',')], 'at most 1000'],
  [['--order', 'pay_1'], '--order takes'],
  [['--list', '--url', 'file:///etc/passwd'], '--url takes'],
  [['--list', '--data', ''], '--data takes'],
  [['--unacknowleged'], "Unknown option '--unacknowleged'"],
])('%j is a problem in one sentence', (args, words) => {
  expect(readReplayRequest(args)).toEqual({ kind: 'problem', message: expect.stringContaining(words) });
});

test('the help names every flag and every exit code', () => {
  expect(readReplayRequest(['--help'])).toEqual({ kind: 'help' });
  for (const flag of ['unacknowledged', 'order', 'ids', 'list', 'force', 'url', 'data', 'json', 'help']) {
    expect(REPLAY_HELP).toContain(`--${flag}`);
  }
  expect(REPLAY_HELP).toMatch(/0 done.*1 .*2 .*3 /s);
});
