import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderLedger } from '@tiffin/contracts/ledger-api';
import { writeStackFile } from '@tiffin/stack/stack-file';
import { expect, onTestFinished, test } from 'vitest';
import { findAdminDoor } from './admin-door.ts';
import { askLedgerAt } from './ledger-answer.ts';
import { listening } from './listening.fixture.ts';

const SECRET = 'a secret of the environment, long enough';
const orderId = 'a'.repeat(24);
const nowhere = { data: '/nowhere', utilsUrl: undefined, token: undefined };

/** A folder whose stack.json names a utils service. */
const aStack = async (utils: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-ledger-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const url = 'http://127.0.0.1:1';
  await writeStackFile(folder, {
    urls: { restaurant: url, rider: url, realtime: url, utils, razorpay: url },
    infrastructure: { mongodb: { url, from: 'running' }, rabbitmq: { url, from: 'running' }, redis: null },
    door: url,
    stackKey: 'key',
    secrets: { JWT_SECRET: SECRET },
    children: {},
  });
  return folder;
};

test('a stack is asked with an admin’s token of its own, its answer read whole', async () => {
  const seen: IncomingMessage[] = [];
  const url = await listening((request, response) => {
    seen.push(request);
    response.end(JSON.stringify({ orderId, items: [], balances: [] }));
  });
  const door = await findAdminDoor({ ...nowhere, data: await aStack(url) }, 'ledger-cli', {});
  if (door.kind === 'problem') throw new Error(door.message);
  const answer = await askLedgerAt(door).json(`/orders/${orderId}`, orderLedger);
  expect(answer).toEqual({ kind: 'answer', body: { orderId, items: [], balances: [] } });
  expect(seen[0]?.url).toBe(`/admin/ledger/orders/${orderId}`);
  const claims = JSON.parse(Buffer.from(door.token.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({ role: 'admin', sub: 'ledger-cli' });
  expect(seen[0]?.headers.authorization).toBe(`Bearer ${door.token}`);
});

test('a service named by its address gets the token that was given, and none made here', async () => {
  const named = { ...nowhere, utilsUrl: 'http://utils/' };
  expect(await findAdminDoor(named, 'ledger-cli', { JWT_SECRET: SECRET })).toMatchObject({ kind: 'problem' });
  expect(await findAdminDoor(named, 'ledger-cli', { TIFFIN_TOKEN: 'mine' })).toEqual({
    kind: 'door',
    url: 'http://utils',
    token: 'mine',
  });
  expect(await findAdminDoor({ ...named, token: 'typed' }, 'ledger-cli', { TIFFIN_TOKEN: 'mine' })).toMatchObject({
    token: 'typed',
  });
});

test('where no stack runs, or nobody answers, one sentence says so', async () => {
  expect(await findAdminDoor(nowhere, 'ledger-cli', {})).toMatchObject({
    message: expect.stringContaining('No stack runs on /nowhere.'),
  });
  const gone = askLedgerAt({ url: 'http://127.0.0.1:1', token: 't' });
  expect(await gone.text('/settlement')).toEqual({ kind: 'problem', message: 'Nobody answers at http://127.0.0.1:1.' });
});

test('a refusal is passed on with what is wrong, and what is no ledger is not taken for one', async () => {
  const refused = {
    type: 'urn:tiffin:problem:invalid_request',
    title: 'The request is not valid',
    status: 400,
    code: 'invalid_request',
    detail: 'The request does not have the form this route takes.',
    instance: 'urn:uuid:1',
    errors: [{ pointer: '/query/to', detail: 'must be later than from' }],
  };
  const url = await listening(({ url: path = '' }, response) => {
    if (path.endsWith('html')) response.end('<html>');
    else
      response.writeHead(path.endsWith('bare') ? 502 : 400).end(path.endsWith('bare') ? '' : JSON.stringify(refused));
  });
  const ask = askLedgerAt({ url, token: 't' });
  expect(await ask.json('/', orderLedger)).toMatchObject({
    message: 'The request does not have the form this route takes. /query/to must be later than from',
  });
  expect(await ask.json('/bare', orderLedger)).toMatchObject({ message: 'It was answered 502.' });
  expect(await ask.json('/html', orderLedger)).toMatchObject({ message: `What answers at ${url} is no ledger.` });
});
