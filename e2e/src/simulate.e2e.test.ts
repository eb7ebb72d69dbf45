import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { restaurantList } from '@tiffin/contracts/restaurant-api';
import { riderList } from '@tiffin/contracts/rider-api';
import { createDoorReader } from '@tiffin/testing/door-reader';
import { eventually } from '@tiffin/testing/eventually';
import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';

const ROOT = join(import.meta.dirname, '../..');
const RUN_MS = 240_000;

let stack: RunningStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.dispose());

const line = z.looseObject({ event: z.string() });
const verdict = z.object({
  seed: z.int(),
  orders: z.int(),
  kept: z.boolean(),
  invariants: z.array(
    z.object({ name: z.string(), checked: z.int(), broken: z.int(), violations: z.array(z.unknown()) }),
  ),
  latencies: z.record(z.string(), z.object({ p50: z.number(), p95: z.number(), count: z.int() })),
});

type Run = {
  readonly process: ChildProcess;
  readonly lines: z.infer<typeof line>[];
  readonly ended: Promise<number | null>;
};

/** Runs the real command as `npm run simulate` does. */
const simulate = (data: string, ...flags: string[]): Run => {
  const args = [join(ROOT, 'tools/run.mjs'), 'local/city/dist/simulate-command.js', '--json', '--data', data, ...flags];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Run['lines'] = [];
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(line.parse(JSON.parse(text))));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { process: child, lines, ended };
};
const ofKind = ({ lines }: Run, event: string) => lines.filter((one) => one.event === event);

it(
  'keeps every promise while services are killed, webhooks come twice and everybody taps twice',
  async () => {
    const city = ['--orders', '12', '--riders', '30', '--kitchens', '2', '--orders-per-minute', '30', '--speed', '4'];
    const run = simulate(
      stack.dataFolder,
      '--seed',
      '3',
      ...city,
      '--faults',
      'kill-service,duplicate-webhooks,double-taps',
    );
    const code = await run.ended;
    const report = verdict.parse(ofKind(run, 'report')[0]);
    expect(report.invariants.filter(({ broken }) => broken > 0)).toEqual([]);
    expect({ code, kept: report.kept, seed: report.seed, orders: report.orders }).toEqual({
      ...{ code: 0, kept: true },
      ...{ seed: 3, orders: 12 },
    });
    const checked = Object.fromEntries(report.invariants.map((one) => [one.name, one.checked]));
    expect(checked).toMatchObject({
      'every-order-ends': 12,
      'histories-without-gap': 12,
      'legal-changes': 12,
      'money-adds-up': 12,
      'ledger-sums-to-zero': 12,
      'riders-free': 30,
    });
    for (const name of ['one-rider-one-order', 'events-logged-once', 'kitchens-told-once'])
      expect(checked[name], name).toBeGreaterThan(0);
    expect(Object.keys(report.latencies)).toEqual(['paidToKitchenMs', 'readyToOfferMs', 'placedToDeliveredMs']);

    const begun = ofKind(run, 'fault').filter(({ state }) => state === 'begun');
    expect(new Set(begun.map(({ kind }) => kind))).toEqual(
      new Set(['kill-service', 'duplicate-webhooks', 'double-taps']),
    );
    expect(ofKind(run, 'progress').length).toBeGreaterThan(0);
  },
  RUN_MS,
);

it(
  'puts everything back and sends everybody home when it is interrupted',
  async () => {
    const run = simulate(
      stack.dataFolder,
      '--orders',
      '1000',
      '--riders',
      '3',
      '--faults',
      'lose-webhooks',
      '--speed',
      '50',
    );
    const state = async () => {
      const switches = z.object({ webhooks: z.object({ switches: z.object({ deliver: z.boolean() }) }) });
      const answer = await fetch(`${stack.file().urls.razorpay}/_control/state`);
      return switches.parse(await answer.json()).webhooks.switches;
    };
    await eventually('webhooks to be lost', () => ofKind(run, 'fault').length > 0 || undefined, { withinMs: 60_000 });
    expect(await state()).toEqual({ deliver: false });
    run.process.kill('SIGINT');
    expect(await run.ended).toBe(3);
    expect(await state()).toEqual({ deliver: true });
    expect(ofKind(run, 'report')).toEqual([]);
    const { urls, secrets } = stack.file();
    const doorsOf = (url: string) => createDoorReader({ port: Number(new URL(url).port), secret: secrets.JWT_SECRET });
    const riders = await doorsOf(urls.rider).readAll('/riders?limit=100', riderList);
    expect(riders.filter(({ isAvailable }) => isAvailable)).toEqual([]);
    const kitchens = await doorsOf(urls.restaurant).readAll('/restaurants?limit=100', restaurantList);
    expect(kitchens.length).toBeGreaterThan(0);
    expect(kitchens.filter(({ isOpen }) => isOpen)).toEqual([]);
  },
  RUN_MS,
);

it('refuses before it starts what the stack cannot do, and says why', async () => {
  const run = simulate(stack.dataFolder, '--faults', 'stop-broker');
  expect(await run.ended).toBe(3);
  expect(run.lines).toEqual([{ event: 'problem', message: expect.stringMatching(/stop-broker: RABBITMQ_URL names/) }]);
});

it('names the command that is missing where no stack runs, and every wrong flag', async () => {
  const data = await mkdtemp(join(tmpdir(), 'tiffin-e2e-'));
  onTestFinished(() => rm(data, { recursive: true }));
  const nowhere = simulate(data);
  expect(await nowhere.ended).toBe(3);
  expect(nowhere.lines).toEqual([
    { event: 'problem', message: expect.stringContaining(`npm start -- --no-city --data ${data}`) },
  ]);
  const wrong = simulate(data, '--riders', 'many', '--faults', 'rain');
  expect(await wrong.ended).toBe(2);
  expect(wrong.lines).toEqual([
    { event: 'problem', message: expect.stringMatching(/knows no rain.*--riders takes a whole number/) },
  ]);
});
