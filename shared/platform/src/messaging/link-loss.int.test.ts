import type { Envelope } from '@tiffin/contracts/envelope';
import { type BareChannel, type BrokerVhost, withVhost } from '@tiffin/testing/broker-vhost';
import { eventually } from '@tiffin/testing/eventually';
import { startTcpProxy, type TcpProxy } from '@tiffin/testing/tcp-proxy';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Broker, type BrokerOptions, createBroker } from './broker.ts';
import type { Incoming, Parse } from './consume.ts';
import { openLink } from './link.ts';
import { done, type Outcome } from './outcome.ts';

const STEPS = [50];
const QUEUES = [{ name: 'work', bindings: ['order.*'] }];
let vhost: BrokerVhost;
let bare: BareChannel;
let proxy: TcpProxy;
let brokers: Broker[] = [];

beforeAll(async () => {
  vhost = await withVhost('link-loss');
  bare = await vhost.open();
});
beforeEach(async () => {
  proxy = await startTcpProxy(Number(new URL(vhost.url).port));
});
afterEach(async () => {
  await Promise.all(brokers.map((broker) => broker.close()));
  brokers = [];
  await proxy.close();
  await bare.deleteQueue('work');
});
afterAll(() => vhost.close());

const parse: Parse = (body) => {
  const event: Envelope = JSON.parse(body.toString());
  return { ok: true, event };
};
const connect = (options: Partial<BrokerOptions> = {}): Broker => {
  const url = new URL(vhost.url);
  url.port = String(proxy.port);
  const broker = createBroker({
    url: url.href,
    service: 'test',
    queues: QUEUES,
    topology: 'declare',
    logger: pino({ level: 'silent' }),
    retryStepsMs: STEPS,
    ...options,
  });
  brokers.push(broker);
  return broker;
};
const consuming = async (handle: (message: Incoming) => Promise<Outcome>, options: Partial<BrokerOptions> = {}) => {
  const broker = connect(options);
  broker.consume({ queue: 'work', parse, handle });
  broker.start();
  await broker.ready();
  return broker;
};
const put = (id: string) => bare.put('work', JSON.stringify({ id, subject: id }), { messageId: id });
const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};
const backUp = (broker: Broker) => eventually('the link is back', () => broker.status().state === 'up');
const cut = async (broker: Broker) => {
  proxy.cut();
  await eventually('the loss is noticed', () => broker.status().state === 'away');
};

test('P1: a stale ack never settles another message', async () => {
  const started: string[] = [];
  const slow = gate();
  const slower = gate();
  const broker = await consuming(async ({ event }) => {
    started.push(event.id);
    const times = started.filter((id) => id === event.id).length;
    if (event.id === 'one' && times === 1) await slow.opened;
    if (event.id === 'two' && times === 1) await slower.opened;
    return done();
  });
  await put('zero'); // so that 'one' has tag 2 on this channel
  await eventually(
    'zero is settled',
    async () => started.includes('zero') && (await bare.checkQueue('work')).messageCount === 0,
  );
  await put('one');
  await eventually('one is being handled', () => started.includes('one'));
  await cut(broker);
  await backUp(broker);
  await put('two'); // tag 2 on the new channel, after 'one' again as tag 1
  await eventually('two is being handled', () => started.includes('two'));
  slow.open(); // the old handler of 'one' ends now, and would acknowledge tag 2
  await eventually('one was handled again', () => started.filter((id) => id === 'one').length === 2);
  await cut(broker);
  slower.open();
  await eventually('two comes again', () => started.filter((id) => id === 'two').length === 2);
});

test('P2, P14: neither a cut nor an operator closing the connections ends the process; consuming and publishing go on', async () => {
  const handled = new Set<string>();
  const broker = await consuming(async ({ event }) => {
    handled.add(event.id);
    return done();
  });
  await vhost.closeConnections();
  bare = await vhost.open();
  await backUp(broker);
  await put('after the operator');
  await eventually('it is handled', () => handled.has('after the operator'));
  await cut(broker);
  await backUp(broker);
  await put('after the cut');
  await eventually('it is handled', () => handled.has('after the cut'));
});

test('P3: a channel that the broker closes takes its whole link with it: nobody stays behind as a silent consumer', async () => {
  const link = await openLink({
    url: vhost.url,
    service: 'test',
    generation: 1,
    giveUp: new AbortController().signal,
    prepare: async () => undefined,
    onBlocked: () => undefined,
    onUnblocked: () => undefined,
  });
  const consuming = await link.openChannel();
  const asking = await link.openChannel();
  const heard: unknown[] = [];
  const { queue } = await consuming.assertQueue('', { exclusive: true });
  await consuming.consume(queue, (message) => heard.push(message));
  await expect(asking.checkQueue('nobody-declared-this')).rejects.toThrow(/404/);
  expect((await link.lost).message).toMatch(/404|channel closed/);
  expect(link.alive()).toBe(false);
  await link.close();
  expect(heard.filter((message) => message !== null)).toEqual([]);
});

test('F7: with the network cut again and again, everything published arrives and every handler that ended counts once or more', async () => {
  const handled = new Set<string>();
  const broker = await consuming(async ({ event }) => {
    handled.add(event.id);
    return done();
  });
  const total = 240;
  let cuts = 0;
  const cutting = setInterval(() => {
    proxy.cut();
    cuts += 1;
  }, 1_100);
  const publishUntilStored = async (id: string): Promise<void> => {
    for (;;) {
      try {
        return await broker.publisher.publish({
          messageId: id,
          type: 'X',
          timestamp: '2026-11-01T10:00:00.000Z',
          correlationId: 'c',
          body: Buffer.from(JSON.stringify({ id, subject: id })),
          routingKey: 'order.X',
        });
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  for (let index = 0; index < total; index += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, offset) => publishUntilStored(`m-${index + offset}`)));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  clearInterval(cutting);
  await eventually('everything is handled', () => handled.size === total);
  expect(cuts).toBeGreaterThanOrEqual(2);
  expect((await bare.checkQueue('work.dead')).messageCount).toBe(0);
});

test('a broker that falls silent fails the publish in time, and the link is rebuilt when it speaks again', async () => {
  const broker = connect({ confirmTimeoutMs: 600 });
  broker.start();
  await broker.ready();
  proxy.blackHole('down');
  const published = broker.publisher.publish({
    messageId: 'm',
    type: 'X',
    timestamp: '2026-11-01T10:00:00.000Z',
    correlationId: 'c',
    body: Buffer.from('{}'),
    routingKey: 'order.X',
  });
  await expect(published).rejects.toMatchObject({ name: 'PublishTimeoutError' });
  await eventually('the link is given up', () => broker.status().state === 'away');
  proxy.blackHole('none');
  await backUp(broker);
});

test('stopping does not wait for a broker that says nothing: the consumers end while the link still counts as up', async () => {
  const broker = await consuming(async () => done());
  broker.listen({ queue: 'realtime.silent', bindings: ['order.*'], parse, handle: async () => undefined });
  await eventually('it listens', async () => (await bare.checkQueue('work')).consumerCount === 1);
  proxy.blackHole('both');
  await broker.drain();
  expect(broker.status().state).toBe('up');
  await broker.close();
  await eventually('nothing stays connected', () => proxy.open === 0);
});

test('stopping in the middle of a declaration that is never answered leaves no connection', async () => {
  let asked: () => void = () => undefined;
  const declaring = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const stop = new AbortController();
  const url = new URL(vhost.url);
  url.port = String(proxy.port);
  const opening = openLink({
    url: url.href,
    service: 'test',
    generation: 1,
    giveUp: stop.signal,
    prepare: async (channel) => {
      proxy.blackHole('both');
      asked();
      await channel.checkQueue('work');
    },
    onBlocked: () => undefined,
    onUnblocked: () => undefined,
  });
  const failed = expect(opening).rejects.toThrow('Channel ended');
  await declaring;
  const stoppedAt = performance.now();
  stop.abort();
  await failed;
  // Not by the heartbeats, which need 10 to 15 s.
  expect(performance.now() - stoppedAt).toBeLessThan(8_000);
  await eventually('nothing stays connected', () => proxy.open === 0);
});

test('many lost links do not make a message a crash suspect', async () => {
  const gates = Array.from({ length: 4 }, gate);
  let started = 0;
  const broker = await consuming(async () => {
    const held = gates[started];
    started += 1;
    await held?.opened;
    return done();
  });
  await put('unlucky');
  for (const [round, held] of gates.entries()) {
    await eventually('it is held', () => started === round + 1 && broker.status().state === 'up');
    await cut(broker);
    held.open();
  }
  await eventually('it is settled', async () => started === 5 && (await bare.checkQueue('work')).messageCount === 0);
  expect((await bare.checkQueue('work.dead')).messageCount).toBe(0);
});

test('a service boots while the broker is away, and works when it comes', async () => {
  await proxy.close();
  const broker = connect();
  const handled: string[] = [];
  broker.consume({
    queue: 'work',
    parse,
    handle: async ({ event }) => {
      handled.push(event.id);
      return done();
    },
  });
  broker.start();
  await eventually('it was refused', () => broker.status().detail?.includes('ECONNREFUSED'));
  proxy = await startTcpProxy(Number(new URL(vhost.url).port), proxy.port);
  await broker.ready();
  await put('first');
  await eventually('it is handled', () => handled.includes('first'));
});

test('a transient queue is heard in order, tells of each new link, and is gone with its owner', async () => {
  const heard: string[] = [];
  let links = 0;
  const broker = connect();
  broker.listen({
    queue: 'realtime.test',
    bindings: ['order.*', 'rider.*'],
    parse,
    handle: async ({ event }) => {
      await new Promise((resolve) => setTimeout(resolve, event.id === 'first' ? 20 : 0));
      heard.push(event.id);
      if (event.id === 'bad') throw new Error('a bug in a push');
    },
    onNewLink: () => {
      links += 1;
    },
  });
  broker.start();
  await broker.ready();
  expect(links).toBe(1);
  const say = (id: string) =>
    bare.publish('tiffin.events', 'rider.RIDER_LOCATIONS', Buffer.from(JSON.stringify({ id, subject: 's' })));
  for (const id of ['first', 'bad', 'third']) say(id);
  bare.publish('tiffin.events', 'rider.X', Buffer.from('not json'));
  say('last');
  await eventually('all are heard', () => heard.length === 4);
  expect(heard).toEqual(['first', 'bad', 'third', 'last']);

  await cut(broker);
  await backUp(broker);
  expect(links).toBe(2);
  say('after');
  await eventually('it is heard again', () => heard.includes('after'));
  await broker.close();
  await expect((await vhost.open()).checkQueue('realtime.test')).rejects.toThrow(/NOT_FOUND|404/);
});
