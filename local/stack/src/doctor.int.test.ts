import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkConfiguration } from './check-configuration.ts';
import { openDataFolder } from './data-folder.ts';
import { canStart, examine, type Finding } from './doctor.ts';
import { aPlace } from './started-stack.fixture.ts';

const look = async (
  { data, base }: { data: string; base: number },
  env: Record<string, string> = {},
  check: typeof checkConfiguration = async () => ({ wrong: [], silent: [] }),
): Promise<{ finding(what: string): Finding | undefined; startable: boolean }> => {
  const { NODE_ENV: _, ...rest } = process.env;
  const findings = await examine({
    env: { ...rest, ...env },
    data,
    portBase: base,
    nodeVersion: '20.19.0',
    checkConfiguration: check,
  });
  return { finding: (what) => findings.find((one) => one.what === what), startable: canStart(findings) };
};

test('a stack that runs on the data folder keeps another from starting there, and the doctor says so', async () => {
  const place = await aPlace();
  const opened = await openDataFolder(place.data, place.base);
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  const { finding, startable } = await look(place);
  expect(startable).toBe(false);
  expect(finding('data folder')).toMatchObject({
    state: 'in use',
    detail: expect.stringContaining(`a stack runs on ${place.data} already (pid ${process.pid}`),
    fix: expect.stringMatching(/npm start -- --data \S+ --port-base \d+$/),
  });
  await opened.folder.release();
});

test('a file in place of the data folder is found with the command that works', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-doctor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'data');
  await writeFile(file, '');
  const { finding } = await look({ ...(await aPlace()), data: file });
  expect(finding('data folder')).toMatchObject({
    detail: `${file} is a file, not a folder`,
    fix: expect.stringMatching(/^npm start -- --data /),
  });
});

test('configuration the services would refuse is found, every variable once', async () => {
  const { finding, startable } = await look(
    await aPlace(),
    { MONGODB_URL: 'nonsense', OFFER_TTL_S: 'abc' },
    checkConfiguration,
  );
  expect(startable).toBe(false);
  expect(finding('MongoDB')).toMatchObject({ state: 'wrong', detail: 'MONGODB_URL is no address of one' });
  const { detail, fix } = finding('configuration') ?? {};
  expect(detail).toBe('the services refuse MONGODB_URL, OFFER_TTL_S');
  expect(fix).toMatch(/^ {2}OFFER_TTL_S: .*\(rider\)$/m);
  expect(fix?.match(/MONGODB_URL:/g)).toHaveLength(1);
}, 120_000);

test('a port in use stands in its row with its holder, the way out apart', async () => {
  const place = await aPlace();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(place.base + 1, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { finding } = await look(place);
  expect(finding('ports')).toMatchObject({
    state: 'in use',
    detail: expect.stringMatching(new RegExp(`^${place.base + 1} {2}pid ${process.pid}: `)),
    fix: expect.stringMatching(/npm start -- --port-base \d+$/),
  });
});
