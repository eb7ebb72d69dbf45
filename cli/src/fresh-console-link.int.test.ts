import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeStackFile } from '@tiffin/stack/stack-file';
import { expect, onTestFinished, test } from 'vitest';
import { readConsoleRequest } from './console-request.ts';
import { freshConsoleLink } from './fresh-console-link.ts';
import { listening } from './listening.fixture.ts';

const aFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-console-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
};

/** A folder whose stack.json names whoever answers at that address. */
const aFolderOf = async (door: string): Promise<string> => {
  const folder = await aFolder();
  const urls = { restaurant: door, rider: door, realtime: door, utils: door, razorpay: door };
  const found = { url: door, from: 'running' as const };
  const infrastructure = { mongodb: found, rabbitmq: found, redis: null };
  await writeStackFile(folder, { urls, infrastructure, door, stackKey: 'key', secrets: {}, children: {} });
  return folder;
};

test('without a running stack the message says what to do', async () => {
  const folder = await aFolder();
  const message = `No stack runs on ${folder}. Start one (npm start), or name its folder (--data DIR).`;
  expect(await freshConsoleLink(folder)).toEqual({ kind: 'problem', message });
});

test('a file left by a killed stack is not taken for one that runs, also when somebody else has its ports', async () => {
  expect(await freshConsoleLink(await aFolderOf('http://127.0.0.1:1'))).toMatchObject({ kind: 'problem' });
  const another = await listening((_, response) => response.writeHead(401).end('{}'));
  const reply = await freshConsoleLink(await aFolderOf(another));
  expect(reply).toMatchObject({ message: expect.stringContaining('No stack runs on') });
});

test('the reason of a stack that gives no link is passed on', async () => {
  const refused = {
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    code: 'cannot_sign',
    detail: 'nobody here can sign',
  };
  const stack = await listening((_, response) => response.writeHead(409).end(JSON.stringify(refused)));
  const folder = await aFolderOf(stack);
  const message = `The stack on ${folder} gives no link: nobody here can sign.`;
  expect(await freshConsoleLink(folder)).toEqual({ kind: 'problem', message });
});

test('a misspelt flag is named, and a folder is taken as given', () => {
  const message = "Unknown option '--dat'. See npm run console -- --help";
  expect(readConsoleRequest(['--dat', 'x'])).toEqual({ kind: 'problem', message });
  expect(readConsoleRequest(['--data', 'x', '--json'])).toEqual({ kind: 'request', data: 'x' });
  expect(readConsoleRequest(['--help'])).toEqual({ kind: 'help' });
});
