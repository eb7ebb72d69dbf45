import type { Envelope } from '@tiffin/contracts/envelope';
import { openBareChannel } from '@tiffin/testing/broker-vhost';
import { eventually } from '@tiffin/testing/eventually';
import { type PrivateBroker, startPrivateBroker } from '@tiffin/testing/private-broker';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Broker, createBroker } from './broker.ts';
import type { Parse } from './consume.ts';
import { done } from './outcome.ts';

const QUEUES = [{ name: 'work', bindings: ['order.*'] }];
let node: PrivateBroker;
let broker: Broker;
let handled: Set<string>;

beforeAll(async () => {
  node = await startPrivateBroker();
});
afterEach(() => broker.close());
afterAll(() => node.close());

const parse: Parse = (body) => {
  const event: Envelope = JSON.parse(body.toString());
  return { ok: true, event };
};
const connect = async (begin: Promise<void> = Promise.resolve()): Promise<Broker> => {
  handled = new Set();
  const url = new URL(node.url);
  // Seconds; the shortest there is, so that the tests need not wait.
  url.searchParams.set('heartbeat', '1');
  broker = createBroker({
    url: url.href,
    service: 'test',
    queues: QUEUES,
    topology: 'declare',
    logger: pino({ level: 'silent' }),
    retryStepsMs: [50],
  });
  broker.consume({
    queue: 'work',
    parse,
    prefetch: 100,
    handle: async ({ event }) => {
      await begin;
      handled.add(event.id);
      return done();
    },
  });
  broker.start();
  await broker.ready();
  return broker;
};
const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};
const publish = (id: string) =>
  broker.publisher.publish({
    messageId: id,
    type: 'ORDER_PLACED',
    timestamp: '2026-11-01T10:00:00.000Z',
    correlationId: 'c-1',
    body: Buffer.from(JSON.stringify({ id, subject: id })),
    routingKey: 'order.ORDER_PLACED',
  });

test('P12: a broker that blocks publishers is told of at once, its consumers go on, and nothing hangs when it lets go', async () => {
  const held = gate();
  await connect(held.opened);
  const backlog = Array.from({ length: 5 }, (_, index) => `held-${index}`);
  await Promise.all(backlog.map(publish));

  await node.control('set_vm_memory_high_watermark', 'absolute', '1MB');
  // Only a connection that publishes hears of it; this one may still get through, or time out.
  const first = publish('first').catch((error: Error) => error.name);
  await eventually('it is blocked', () => broker.status().state === 'blocked');
  expect(broker.publisher.accepting()).toBe(false);
  await expect(publish('refused')).rejects.toMatchObject({
    name: 'BrokerAwayError',
    message: expect.stringContaining('blocks'),
  });
  held.open();
  await eventually('the backlog is handled and settled', async () => {
    const ready = await node.control('list_queues', '--no-table-headers', 'name', 'messages');
    return handled.size === 5 && /^work\t0$/m.test(ready);
  });
  expect(broker.status().state).toBe('blocked');

  await node.control('set_vm_memory_high_watermark', '0.4');
  await eventually('it is up again', () => broker.status().state === 'up', { withinMs: 20_000 });
  await first;
  await publish('after');
  await eventually('it is handled', () => handled.has('after'));
});

test('F4: a broker that freezes is noticed within three heartbeats, and used again when it thaws', async () => {
  await connect();
  node.freeze();
  const frozenAt = performance.now();
  try {
    await eventually('it is noticed', () => broker.status().state === 'away');
    expect(performance.now() - frozenAt).toBeLessThan(4_000);
    await expect(publish('nowhere')).rejects.toMatchObject({ name: 'BrokerAwayError' });
  } finally {
    node.thaw();
  }
  await eventually('it is up again', () => broker.status().state === 'up');
  await publish('thawed');
  await eventually('it is handled', () => handled.has('thawed'));
});

test('F3: kill -9 of the broker under load loses nothing that was confirmed, and the link is back within 5 s of its port', async () => {
  await connect();
  const confirmed = new Set<string>();
  await node.queuesOnDisk();
  let sent = 0;
  let stopping = false;
  const publishAlways = async () => {
    while (!stopping) {
      const id = `m-${sent}`;
      sent += 1;
      try {
        await publish(id);
        confirmed.add(id);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const publishers = Array.from({ length: 100 }, publishAlways);
  await eventually('there is load', () => confirmed.size > 2_000);
  await node.kill9();
  await eventually('the loss is noticed', () => broker.status().state === 'away');
  const before = confirmed.size;
  await node.start();
  const openAt = performance.now();
  await eventually('the link is back', () => broker.status().state === 'up');
  expect(performance.now() - openAt).toBeLessThan(5_000);
  await eventually('there is load again', () => confirmed.size > before + 500);
  stopping = true;
  await Promise.all(publishers);
  await eventually('everything confirmed is handled', () => [...confirmed].every((id) => handled.has(id)));

  const { channel, end } = await openBareChannel(node.url);
  expect((await channel.checkQueue('work.dead')).messageCount).toBe(0);
  await end();
});
