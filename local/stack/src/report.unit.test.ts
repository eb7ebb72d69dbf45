import { expect, test } from 'vitest';
import { liveText } from './live-line.ts';
import { humanReport, jsonReport } from './report.ts';
import type { StackFile } from './stack-file.ts';

const at = (port: number): string => `http://127.0.0.1:${port}`;
const stack: StackFile = {
  urls: { restaurant: at(4_001), rider: at(4_002), realtime: at(4_003), utils: at(4_004), razorpay: at(4_010) },
  infrastructure: {
    mongodb: { url: 'mongodb://anna:hunter2@db:27017', from: 'env' },
    rabbitmq: { url: 'amqp://guest:guest@127.0.0.1:5672/tiffin-1', from: 'running' },
    redis: null,
  },
  door: at(4_000),
  stackKey: 'the key',
  secrets: { JWT_SECRET: 'the secret' },
  children: { restaurant: { pid: 11, port: 4_001 }, razorpay: { pid: 12, port: 4_010 } },
};

const LINK = 'http://127.0.0.1:4003/console#code=abc';

const printed = (isTerminal = false, columns = 80) => {
  const texts: string[] = [];
  const complaints: string[] = [];
  const screen = {
    write: (text: string) => texts.push(text),
    complain: (text: string) => complaints.push(text),
    isTerminal,
    hasColour: false,
    columns: () => columns,
  };
  return { screen, all: () => texts.join(''), complained: () => complaints.join('') };
};

test('the ready line for programs has the urls and the infrastructure, and no secret', () => {
  const { screen, all } = printed();
  jsonReport(screen).ready(stack, 1_000, LINK);
  const { urls, infrastructure } = stack;
  expect(JSON.parse(all())).toEqual({ event: 'ready', urls, infrastructure, consoleUrl: LINK });
});

test('a person sees where each came from, and no secret and no password', () => {
  const { screen, all } = printed();
  humanReport(screen, '.data').ready(stack, 4_321, LINK);
  expect(all()).toContain('Not for production');
  expect(all()).toContain('restaurant  http://127.0.0.1:4001');
  expect(all()).toContain('mongodb://anna:…@db:27017');
  expect(all()).toContain('amqp://guest:guest@127.0.0.1:5672/tiffin-1');
  expect(all()).toContain('Ready after 4.3 s');
  for (const secret of ['hunter2', 'the key', 'the secret', '\u001b[']) expect(all()).not.toContain(secret);
});

test('a person gets a link that signs in once, and the command for another', () => {
  const { screen, all } = printed();
  humanReport(screen, '.data').ready(stack, 4_321, LINK);
  expect(all()).toContain(`Console:      ${LINK}   (signs you in once; another: npm run console)\n`);
  const elsewhere = printed();
  humanReport(elsewhere.screen, 'other').ready(stack, 4_321, LINK);
  expect(elsewhere.all()).toContain('another: npm run console -- --data other)');
  const unsigned = printed();
  humanReport(unsigned.screen, '.data').ready(stack, 4_321, 'http://127.0.0.1:4003/console');
  expect(unsigned.all()).toContain('Console:      http://127.0.0.1:4003/console\n');
});

test('a refusal goes where refusals belong, and to a program in its own form', () => {
  const { screen, all, complained } = printed();
  humanReport(screen, '.data').problem('no');
  expect([all(), complained()]).toEqual(['', 'no\n']);
  jsonReport(screen).problem('no');
  expect(JSON.parse(all())).toEqual({ event: 'problem', message: 'no' });
});

test('a child that ends is news, its first start is not', () => {
  const { screen, all } = printed();
  const report = humanReport(screen, '.data');
  report.child({ kind: 'ready', child: 'rider', pid: 1, again: false });
  report.child({ kind: 'ended', child: 'rider', how: 'exit code 1', startsInMs: 2_000 });
  report.child({ kind: 'ready', child: 'rider', pid: 2, again: true });
  expect(all()).toBe('rider ended (exit code 1); it starts again in 2 s\nrider runs again (pid 2)\n');
});

test('the live line changes in place on a terminal and does not flood a file', () => {
  const terminal = printed(true);
  const onTerminal = humanReport(terminal.screen, '.data');
  onTerminal.live('3 orders');
  onTerminal.live('4 orders\u001b[2J');
  onTerminal.note('done');
  expect(terminal.all()).toBe('\r\u001b[K3 orders\r\u001b[K4 orders\r\u001b[Kdone\n');

  const file = printed(false);
  const inFile = humanReport(file.screen, '.data');
  for (let count = 0; count < 100; count += 1) inFile.live(`${count} orders`);
  expect(file.all().split('\n').length).toBeLessThanOrEqual(2);
});

test('a live line never wraps: what does not fit into the terminal is cut off', () => {
  const { screen, all } = printed(true, 20);
  humanReport(screen, '.data').live('lost 0 | orders 20: new 1, kitchen 2');
  expect(all()).toBe('\r\u001b[Klost 0 | orders 20:');
});

test('what was lost comes first, and a live line fits into 80 columns', () => {
  const summary = {
    orders: 123,
    byStatus: { pending_payment: 1, preparing: 12, rider_assigned: 4, picked_up: 6, delivered: 100 },
    readyToOfferMs: { p50: 12.34, p95: 33.6 },
    lost: 0,
  };
  const text = liveText(JSON.stringify({ event: 'live', text: 'long '.repeat(40), ...summary }));
  expect(text).toBe('lost 0 | orders 123: new 1, kitchen 12, road 10, done 100 | offer p95 34 ms');
  expect(text?.length).toBeLessThan(80);
  const early = { orders: 3, byStatus: { cancelled: 2, rejected: 1 }, changedMind: 2, lost: 0 };
  expect(liveText(JSON.stringify({ event: 'live', text: '', ...early }))).toBe(
    'lost 0 | orders 3: new 0, kitchen 0, road 0, done 0 | changed mind 2, given up 1',
  );
});

test('only live lines of the city are shown', () => {
  expect(liveText('{"event":"live","text":"3 orders"}')).toBe('3 orders');
  expect(liveText('{"event":"order","text":"3 orders"}')).toBeUndefined();
  expect(liveText('Segmentation fault')).toBeUndefined();
});
