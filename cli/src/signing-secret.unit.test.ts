import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StackFile, writeStackFile } from '@tiffin/stack/stack-file';
import { expect, onTestFinished, test } from 'vitest';
import { signingSecret } from './signing-secret.ts';

const SECRET = 'a secret of the environment, long enough';

const aFolder = async (secrets?: Record<string, string>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-token-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const url = 'http://127.0.0.1:1';
  const file: Omit<StackFile, 'secrets'> = {
    urls: { restaurant: url, rider: url, realtime: url, utils: url, razorpay: url },
    infrastructure: { mongodb: { url, from: 'running' }, rabbitmq: { url, from: 'running' }, redis: null },
    door: url,
    stackKey: 'key',
    children: {},
  };
  if (secrets) await writeStackFile(folder, { ...file, secrets });
  return folder;
};

test('the secret of the environment wins over the one of the stack', async () => {
  const folder = await aFolder({ JWT_SECRET: 'of the stack' });
  expect(await signingSecret(folder, { JWT_SECRET: SECRET })).toEqual({ kind: 'secret', secret: SECRET });
  expect(await signingSecret(folder, {})).toEqual({ kind: 'secret', secret: 'of the stack' });
});

test('a secret no service would accept is refused', async () => {
  expect(await signingSecret(await aFolder(), { JWT_SECRET: 'short' })).toMatchObject({ kind: 'problem' });
});

test('without a running stack the message says what to do', async () => {
  const folder = await aFolder();
  const message = `No stack runs on ${folder}. Start one (npm start), name its folder (--data DIR), or give JWT_SECRET.`;
  expect(await signingSecret(folder, {})).toEqual({ kind: 'problem', message });
});

test('a stack that checks tokens with a public key has no secret to sign with', async () => {
  expect(await signingSecret(await aFolder({}), {})).toMatchObject({ kind: 'problem' });
});
