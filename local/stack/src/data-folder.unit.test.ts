import { access, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDataFolder } from './data-folder.ts';
import { ensureIdentity, readIdentity, secretsInForce } from './identity.ts';
import { StartFailed } from './start-failed.ts';

const aFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-data-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
};

const open = async (path: string) => {
  const opened = await openDataFolder(path, 4_000);
  if (opened.kind !== 'opened') throw new Error(`not opened: ${opened.kind}`);
  return opened.folder;
};

test('a folder belongs to one running start, and to the next once it is given back', async () => {
  const path = join(await aFolder(), 'not there yet');
  const folder = await open(path);
  expect(await openDataFolder(path, 5_000)).toMatchObject({
    kind: 'held',
    holder: { pid: process.pid, portBase: 4_000 },
  });
  await folder.release();
  expect((await open(path)).abandoned).toBe(false);
});

test('a folder that cannot be made or written is named with what stands in its way, and nothing hangs or throws', async () => {
  const path = await aFolder();
  const file = join(path, 'letters.txt');
  await writeFile(file, 'not ours');
  await symlink(join(path, 'gone'), join(path, 'link'));
  const problemOf = (name: string) => openDataFolder(name, 4_000);
  expect(await problemOf(file)).toEqual({ kind: 'unusable', problem: `${file} is a file, not a folder` });
  expect(await problemOf(join(file, 'data'))).toEqual({
    kind: 'unusable',
    problem: `The folder ${file}/data cannot be made: ${file} is a file`,
  });
  expect(await problemOf(join(path, 'link'))).toMatchObject({ kind: 'unusable' });
  expect(await readdir(path)).toEqual(['letters.txt', 'link']);
});

test.runIf(process.platform === 'linux')('a file system that takes no folders is noticed, also by root', async () => {
  expect(await openDataFolder('/proc/nope/deeper', 4_000)).toEqual({
    kind: 'unusable',
    problem: 'The folder /proc/nope/deeper cannot be made: /proc takes no new folder (ENOENT)',
  });
  expect(await openDataFolder('/proc/self', 4_000)).toMatchObject({
    kind: 'unusable',
    problem: expect.stringMatching(/^The folder \/proc\/self cannot be written/),
  });
});

test('the lock of a process that has ended is taken over, also when its number is used again', async () => {
  const path = await aFolder();
  const lock = join(path, 'stack.lock');
  // This process's own number, but another beginning.
  await writeFile(lock, JSON.stringify({ pid: process.pid, began: 'long ago', portBase: 4_000 }));
  expect((await open(path)).abandoned).toBe(true);
  await writeFile(lock, 'cut off half wa');
  expect((await open(path)).abandoned).toBe(true);
});

test('of several starts at once exactly one gets the folder that another has left behind', async () => {
  const left = JSON.stringify({ pid: 4_194_304, began: 'long ago', portBase: 4_000 });
  for (let round = 0; round < 20; round += 1) {
    const path = await aFolder();
    await writeFile(join(path, 'stack.lock'), left);
    const opened = await Promise.all(Array.from({ length: 8 }, () => openDataFolder(path, 4_000)));
    expect(opened.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
    expect((await readdir(path)).sort()).toEqual(['stack.lock']);
  }
});

test('emptying a folder removes what a stack wrote and nothing else', async () => {
  const path = await aFolder();
  const folder = await open(path);
  await writeFile(join(path, 'letters.txt'), 'not ours');
  await writeFile(join(await folder.folder('store'), 'documents'), 'ours');
  await ensureIdentity(path);
  await folder.empty();
  expect((await readdir(path)).sort()).toEqual(['letters.txt', 'stack.lock']);
  await access(join(path, 'letters.txt'));
});

test('the secrets of a folder are made once and differ from those of any other', async () => {
  const path = await aFolder();
  const first = await ensureIdentity(path);
  expect(await ensureIdentity(path)).toEqual(first);
  expect(await readIdentity(path)).toEqual(first);
  const other = await ensureIdentity(await aFolder());
  expect(other.id).not.toBe(first.id);
  const all = [...Object.values(first.secrets), ...Object.values(other.secrets)];
  expect(new Set(all).size).toBe(all.length);
});

test.each([
  ['was cut off', 'is damaged', (file: string) => writeFile(file, '{"id":"0123')],
  ['has no name', 'is damaged', (file: string) => writeFile(file, '{"id":"nobody","secrets":{}}')],
  ['is no file', 'cannot be read (EISDIR)', (file: string) => mkdir(file)],
])('an identity that %s stops the start with the command that mends it', async (_, what, harm) => {
  const path = await aFolder();
  const file = join(path, 'identity.json');
  await harm(file);
  const started = ensureIdentity(path);
  await expect(started).rejects.toBeInstanceOf(StartFailed);
  await expect(started).rejects.toThrow(
    `${file} ${what}. Put a copy of it back, or forget all that the folder holds: npm start -- --data ${path} --fresh`,
  );
});

test('a secret the environment gives is in force and not given again', async () => {
  const identity = await ensureIdentity(await aFolder());
  const given = await secretsInForce(identity, { JWT_SECRET: 'from outside' });
  expect(given.secrets.JWT_SECRET).toBe('from outside');
  expect(given.toGive).not.toHaveProperty('JWT_SECRET');
  expect(given.toGive.SERVICE_TOKEN_SECRET).toBe(identity.secrets.SERVICE_TOKEN_SECRET);
});

test('a secret in a file is read for the tokens, and left to the services to read', async () => {
  const path = await aFolder();
  await writeFile(join(path, 'jwt'), 'from a file\n');
  const given = await secretsInForce(await ensureIdentity(path), { JWT_SECRET_FILE: join(path, 'jwt') });
  expect(given.secrets.JWT_SECRET).toBe('from a file');
  expect(given.toGive).not.toHaveProperty('JWT_SECRET');
});

test('with a public key there is no secret to sign tokens with', async () => {
  const given = await secretsInForce(await ensureIdentity(await aFolder()), { JWT_PUBLIC_KEY: 'a key' });
  expect(given.secrets).not.toHaveProperty('JWT_SECRET');
  expect(given.toGive).not.toHaveProperty('JWT_SECRET');
});
