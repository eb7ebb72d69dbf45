import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { eventually, startGateway } from '../gateway.fixture.ts';
import { askGateway } from './ask-gateway.ts';

const COMMAND = fileURLToPath(new URL('../replay-command.ts', import.meta.url));

const run = (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });

const folderOf = async (stackFile: object) => {
  const folder = await mkdtemp(join(tmpdir(), 'fake-razorpay-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'stack.json'), JSON.stringify(stackFile));
  return folder;
};

test('from a shell: what was missed is listed and sent again, and the exit code says whether all of it was', async () => {
  const { razorpay, control, order, pay, receiver } = await startGateway();
  await control('webhooks', { deliver: false });
  const { id } = await order();
  await pay(id);
  await control('webhooks', { deliver: true });
  const data = await folderOf({ urls: { razorpay: razorpay.url } });

  const [replayed, nobody] = await Promise.all([
    run('--unacknowledged', '--json', '--data', data),
    run('--list', '--url', 'http://127.0.0.1:9'),
  ]);
  expect(replayed).toMatchObject({ code: 0, stderr: '' });
  const { replayed: ids, skipped } = JSON.parse(replayed.stdout);
  expect([ids.length, skipped]).toEqual([3, []]);
  await eventually(() => expect(receiver.received).toHaveLength(3));
  expect([nobody.code, nobody.stderr]).toEqual([3, 'No fake Razorpay answers at http://127.0.0.1:9.\n']);

  await eventually(async () =>
    expect(
      await askGateway(razorpay.url, { action: 'list', what: { kind: 'order', orderId: id }, force: false }),
    ).toEqual({
      kind: 'listed',
      items: [1, 2, 3].map(() => expect.objectContaining({ orderId: id, acknowledged: true })),
    }),
  );
  const [again, wrong, listed] = await Promise.all([
    run('--ids', ids[0], '--url', `${razorpay.url}/`),
    run('--ids', 'x', '--json'),
    run('--list', '--data', data),
  ]);
  expect([again.code, again.stdout]).toEqual([1, `0 sent again, 1 skipped\n${ids[0]}  skipped: acknowledged\n`]);
  expect([wrong.code, JSON.parse(wrong.stdout)]).toEqual([2, { event: 'problem', message: expect.any(String) }]);
  expect([listed.code, listed.stdout.split('\n').length]).toEqual([0, 4]);
});

test('one order is replayed alone, and a webhook that is off is a refusal in words', async () => {
  const { razorpay, control, order, pay, receiver } = await startGateway();
  await control('webhooks', { deliver: false });
  const [one, other] = [await order(), await order()];
  await pay(one.id, { outcome: 'failed' });
  await pay(other.id, { outcome: 'failed' });
  const ask = () =>
    askGateway(razorpay.url, { action: 'replay', what: { kind: 'order', orderId: one.id }, force: false });
  expect(await ask()).toEqual({ kind: 'refused', message: expect.stringContaining('The webhook is off') });
  await control('webhooks', { deliver: true });
  expect(await ask()).toMatchObject({ kind: 'replayed', skipped: [] });
  await eventually(() => expect(receiver.received).toHaveLength(1));
  expect(receiver.received[0]?.raw.toString('utf8')).toContain(one.id);
  await eventually(async () => expect(await ask()).toEqual({ kind: 'replayed', replayed: [], skipped: [] }));
});
