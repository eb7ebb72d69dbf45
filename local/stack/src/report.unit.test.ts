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

const printed = (isTerminal = false) => {
  const texts: string[] = [];
  const screen = { write: (text: string) => texts.push(text), isTerminal, hasColour: false };
  return { screen, all: () => texts.join('') };
};

test('the ready line for programs has the urls and the infrastructure, and no secret', () => {
  const { screen, all } = printed();
  jsonReport(screen).ready(stack, 1_000);
  expect(JSON.parse(all())).toEqual({ event: 'ready', urls: stack.urls, infrastructure: stack.infrastructure });
});

test('a person sees where each came from, and no secret and no password', () => {
  const { screen, all } = printed();
  humanReport(screen, '.data').ready(stack, 4_321);
  expect(all()).toContain('Not for production');
  expect(all()).toContain('restaurant  http://127.0.0.1:4001');
  expect(all()).toContain('mongodb://anna:…@db:27017');
  expect(all()).toContain('amqp://guest:guest@127.0.0.1:5672/tiffin-1');
  expect(all()).toContain('Ready after 4.3 s');
  for (const secret of ['hunter2', 'the key', 'the secret', '\u001b[']) expect(all()).not.toContain(secret);
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

test('only live lines of the city are shown', () => {
  expect(liveText('{"event":"live","text":"3 orders"}')).toBe('3 orders');
  expect(liveText('{"event":"order","text":"3 orders"}')).toBeUndefined();
  expect(liveText('Segmentation fault')).toBeUndefined();
});
