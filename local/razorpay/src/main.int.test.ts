import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Order, Payment, Refund } from './entities.ts';
import {
  clientOf,
  eventually,
  failing,
  KEY_ID,
  KEY_SECRET,
  ok,
  startReceiver,
  WEBHOOK_SECRET,
} from './gateway.fixture.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

const spawnMain = (environment: Record<string, string>, args: string[] = []) => {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { PATH: process.env.PATH, ...environment },
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const ended = new Promise<Ended>((resolve) => child.on('exit', (code) => resolve({ code, stderr })));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout });
  const readyLine = new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    void ended.then(() => reject(new Error(`it ended before it was ready: ${stderr}`)));
  });
  // A process that is meant to refuse never gets ready, and no one asks.
  readyLine.catch(() => undefined);
  const client = async () => clientOf(`http://127.0.0.1:${JSON.parse(await readyLine).port}`);
  return { child, ended, readyLine, client };
};

const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fake-razorpay-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
};

const environmentFor = (webhookUrl: string, dataFolder?: string) => ({
  PORT: '0',
  RAZORPAY_KEY_ID: KEY_ID,
  RAZORPAY_KEY_SECRET: KEY_SECRET,
  RAZORPAY_WEBHOOK_SECRETS: `${WEBHOOK_SECRET},an older one`,
  RAZORPAY_WEBHOOK_URL: webhookUrl,
  ...(dataFolder === undefined ? {} : { DATA_FOLDER: dataFolder }),
});

test('an acknowledged payment and its webhooks survive kill -9, and the retries go on after the restart', async () => {
  const receiver = await startReceiver(failing);
  const environment = environmentFor(receiver.url, await newFolder());
  const first = spawnMain(environment);
  const before = await first.client();
  const { id } = await before.order({ receipt: 'app-order-1' });
  const { body } = await before.pay(id);
  first.child.kill('SIGKILL');
  await first.ended;

  receiver.answerWith(ok);
  const failedTries = receiver.received.length;
  const after = await spawnMain(environment).client();
  expect(await after.get<Order>(`/v1/orders/${id}`)).toMatchObject({ status: 'paid', receipt: 'app-order-1' });
  expect(await after.get<Payment>(`/v1/payments/${body.razorpay_payment_id}`)).toMatchObject({ status: 'captured' });
  await eventually(async () =>
    expect((await after.state()).webhooks.counts).toMatchObject({ delivered: 3, pending: 0 }),
  );
  expect(receiver.names().slice(failedTries).toSorted()).toEqual([
    'order.paid',
    'payment.authorized',
    'payment.captured',
  ]);
});

test('a refund that was made before kill -9 is settled after it, and its key still stands for it', async () => {
  const receiver = await startReceiver();
  const environment = environmentFor(receiver.url, await newFolder());
  const first = spawnMain(environment);
  const before = await first.client();
  const paid = await before.pay((await before.order()).id);
  const paymentId = paid.body.razorpay_payment_id;
  const { body: refund } = await before.refund(paymentId, { amount: 20_000 }, 'rf_payment_0');
  first.child.kill('SIGKILL');
  await first.ended;

  const after = await spawnMain(environment).client();
  expect((await after.refund(paymentId, { amount: 20_000 }, 'rf_payment_0')).body.id).toBe(refund.id);
  await eventually(async () =>
    expect(await after.get<Refund>(`/v1/refunds/${refund.id}`)).toMatchObject({ status: 'processed' }),
  );
  await eventually(() => expect(receiver.names()).toContain('refund.processed'));
});

test('a second process on the same folder is refused with the reason', async () => {
  const receiver = await startReceiver();
  const environment = environmentFor(receiver.url, await newFolder());
  await spawnMain(environment).readyLine;
  const { code, stderr } = await spawnMain(environment).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('Is another fake Razorpay running on this folder?');
});

test('it never starts in production', async () => {
  const { ended } = spawnMain({ ...environmentFor('http://127.0.0.1:9/'), NODE_ENV: 'production' });
  expect(await ended).toEqual({ code: 78, stderr: expect.stringContaining('does not start with NODE_ENV=production') });
});

test('it says all that is missing at once', async () => {
  const { code, stderr } = await spawnMain({ PORT: '0', RAZORPAY_WEBHOOK_URL: 'not a url' }).ended;
  expect(code).toBe(78);
  for (const name of ['RAZORPAY_KEY_ID', 'RAZORPAY_KEY_SECRET', 'RAZORPAY_WEBHOOK_URL']) expect(stderr).toContain(name);
});

test('SIGTERM ends it cleanly, also with a client and a retry waiting', async () => {
  const receiver = await startReceiver(failing);
  const { child, ended, client } = spawnMain(environmentFor(receiver.url));
  const { order, pay } = await client();
  await pay((await order()).id);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

test('with --exit-with-parent it ends when its standard input does', async () => {
  const receiver = await startReceiver();
  const { child, ended, readyLine } = spawnMain(environmentFor(receiver.url), ['--exit-with-parent']);
  expect(JSON.parse(await readyLine)).toEqual({ event: 'ready', port: expect.any(Number) });
  child.stdin.end();
  expect((await ended).code).toBe(0);
});
