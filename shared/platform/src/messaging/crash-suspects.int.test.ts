import { type ChildProcess, spawn } from 'node:child_process';
import { type BareChannel, type BrokerVhost, withVhost } from '@tiffin/testing/broker-vhost';
import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declareTopology } from './topology.ts';

const STEPS = [200, 400];
const QUEUES = [{ name: 'work', bindings: [] }];
const BYSTANDERS = 40;
let vhost: BrokerVhost;
let bare: BareChannel;

beforeAll(async () => {
  vhost = await withVhost('crash');
  bare = await vhost.open();
  await declareTopology(bare, QUEUES, STEPS);
});
afterAll(() => vhost.close());

// A service in little: the real runtime, and a handler that takes the process with it.
const SERVICE = `
  import { pino } from 'pino';
  import { createBroker } from '@tiffin/platform/messaging/broker';
  import { done } from '@tiffin/platform/messaging/outcome';
  const broker = createBroker({
    url: ${'process.env.BROKER_URL'}, service: 'doomed', queues: ${JSON.stringify(QUEUES)}, topology: 'declare',
    retryStepsMs: ${JSON.stringify(STEPS)}, logger: pino({ level: 'silent' }),
  });
  broker.consume({
    queue: 'work',
    parse: (body) => ({ ok: true, event: JSON.parse(String(body)) }),
    handle: async ({ event }) => {
      if (event.id === 'poison') process.abort();
      await new Promise((resolve) => setTimeout(resolve, 10));
      process.stdout.write(event.id + '\\n');
      return done();
    },
  });
  broker.start();
`;

const startService = (onHandled: (id: string) => void): ChildProcess => {
  const node = `${process.execPath} --conditions=source --import tsx --input-type=module -e "$SERVICE"`;
  const child = spawn('sh', ['-c', `ulimit -c 0; exec ${node}`], {
    cwd: new URL('../..', import.meta.url),
    env: { ...process.env, SERVICE, BROKER_URL: vhost.url },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout?.on('data', (lines: Buffer) => lines.toString().trim().split('\n').forEach(onHandled));
  return child;
};

test('F13: a message that aborts the process is dead after four crashes, and everything held beside it survives', async () => {
  const ids = Array.from({ length: BYSTANDERS }, (_, index) => `bystander-${index}`);
  for (const id of ids.toSpliced(8, 0, 'poison')) {
    await bare.put('work', JSON.stringify({ id, subject: id }), { messageId: id });
  }
  const handled = new Set<string>();
  let starts = 0;
  let child: ChildProcess | undefined;
  let over = false;
  const supervise = () => {
    starts += 1;
    child = startService((id) => handled.add(id));
    child.once('exit', () => {
      if (!over) supervise();
    });
  };
  supervise();

  try {
    const letter = await eventually('the poison is dead', () => bare.get('work.dead', { noAck: true }), {
      withinMs: 45_000,
      everyMs: 100,
    });
    expect(letter.properties.messageId).toBe('poison');
    expect(letter.properties.headers).toMatchObject({
      'tiffin-reason': 'crash-suspect',
      'tiffin-error': 'the process died 4 times while it held this message',
    });
    expect(starts).toBe(5);
    await eventually('every bystander is handled', () => handled.size === BYSTANDERS);
    expect(handled.has('poison')).toBe(false);
    expect(await bare.takeAll('work.dead')).toEqual([]);
  } finally {
    over = true;
    child?.kill('SIGKILL');
  }
});
