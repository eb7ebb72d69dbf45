import { type BareChannel, type BrokerVhost, withVhost } from '@tiffin/testing/broker-vhost';
import { eventually } from '@tiffin/testing/eventually';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Broker, createBroker } from './broker.ts';
import type { OutgoingMessage } from './publisher.ts';

const QUEUES = [{ name: 'letters', bindings: ['order.*'] }];
const registry = new Registry();
let vhost: BrokerVhost;
let bare: BareChannel;
let broker: Broker;

const createTestBroker = (window?: number) =>
  createBroker({
    url: vhost.url,
    service: 'test',
    queues: QUEUES,
    topology: 'declare',
    logger: pino({ level: 'silent' }),
    retryStepsMs: [50],
    ...(window === undefined ? { metrics: registry } : { window }),
  });
const aMessage = (id: string, changes: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  messageId: id,
  type: 'ORDER_PLACED',
  timestamp: '2026-11-01T10:00:00.900Z',
  correlationId: 'c-1',
  body: Buffer.from(JSON.stringify({ id })),
  routingKey: 'order.ORDER_PLACED',
  ...changes,
});
const counted = async (result: string) => {
  const { values } = (await registry.getSingleMetric('messaging_published_total')?.get()) ?? { values: [] };
  return values.find(({ labels }) => labels.result === result)?.value ?? 0;
};

beforeAll(async () => {
  vhost = await withVhost('publisher');
  bare = await vhost.open();
  broker = createTestBroker();
  broker.start();
  await broker.ready();
});
afterAll(async () => {
  await broker.close();
  await vhost.close();
});

test('a confirmed message is in its queue with everything a reader needs', async () => {
  await broker.publisher.publish(aMessage('m-1', { headers: { traceparent: '00-abc' } }));
  const [message] = await bare.takeAll('letters');
  expect(message?.content.toString()).toBe('{"id":"m-1"}');
  expect(message?.fields).toMatchObject({ exchange: 'tiffin.events', routingKey: 'order.ORDER_PLACED' });
  expect(message?.properties).toMatchObject({
    messageId: 'm-1',
    type: 'ORDER_PLACED',
    timestamp: Date.parse('2026-11-01T10:00:00Z') / 1000,
    correlationId: 'c-1',
    contentType: 'application/json',
    appId: 'test',
    deliveryMode: 2,
    headers: { traceparent: '00-abc' },
  });
});

test('P10: a message nobody is bound for is an error, not a silent loss', async () => {
  const published = broker.publisher.publish(aMessage('m-2', { routingKey: 'nobody.LISTENS' }));
  await expect(published).rejects.toMatchObject({
    name: 'UnroutableError',
    message: expect.stringContaining('nobody.LISTENS'),
  });
  expect(await counted('returned')).toBe(1);
});

test('a return is joined with its own confirm, also when the same message is under way to two keys at once', async () => {
  const { publish } = broker.publisher;
  const results = await Promise.allSettled(
    Array.from({ length: 300 }, (_, index) =>
      publish(aMessage('same-id', { routingKey: index % 3 === 0 ? 'nobody.LISTENS' : 'order.ORDER_PLACED' })),
    ),
  );
  const failed = results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
  expect(failed).toEqual(Array.from({ length: 100 }, (_, index) => index * 3));
  expect(await bare.takeAll('letters')).toHaveLength(200);
});

test('messages arrive in the order of the calls, far beyond the window', async () => {
  const narrow = createTestBroker(20);
  narrow.start();
  await narrow.ready();
  const ids = Array.from({ length: 300 }, (_, index) => `m-${index}`);
  await Promise.all(ids.map((id) => narrow.publisher.publish(aMessage(id))));
  expect((await bare.takeAll('letters')).map(({ properties }) => properties.messageId)).toEqual(ids);
  expect(narrow.publisher.pending()).toBe(0);
  await narrow.close();
});

test('P8: a large burst waits for the socket and loses nothing', async () => {
  const body = Buffer.alloc(20_000, 'x');
  await Promise.all(
    Array.from({ length: 3_000 }, (_, index) => broker.publisher.publish(aMessage(`b-${index}`, { body }))),
  );
  expect((await bare.purgeQueue('letters')).messageCount).toBe(3_000);
});

test('what cannot be sent is an error of that message alone', async () => {
  const tooLong = broker.publisher.publish(aMessage('m-3', { routingKey: 'k'.repeat(300) }));
  await expect(tooLong).rejects.toThrow();
  await broker.publisher.publish(aMessage('m-4'));
  expect(await bare.takeAll('letters')).toHaveLength(1);
  expect(broker.status().state).toBe('up');
});

test('a full queue refuses, and the publisher hears it', async () => {
  await bare.assertQueue('narrow', {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-max-length': 1, 'x-overflow': 'reject-publish' },
  });
  // The limit is overshot by what is under way, so one after the other, until the refusal.
  let stored = 0;
  const fill = async () => {
    while (stored < 50) {
      await broker.publisher.publish(aMessage(`f-${stored}`, { exchange: '', routingKey: 'narrow' }));
      stored += 1;
    }
  };
  await expect(fill()).rejects.toMatchObject({ name: 'PublishRefusedError' });
  expect((await bare.purgeQueue('narrow')).messageCount).toBe(stored);
  expect(await counted('refused')).toBe(1);
});

test('P9: a missing exchange fails what was under way, and the link is rebuilt with its topology', async () => {
  const under = await Promise.allSettled([
    broker.publisher.publish(aMessage('p-1', { exchange: 'no.such.exchange' })),
    broker.publisher.publish(aMessage('p-2')),
  ]);
  expect(under[0]).toMatchObject({ status: 'rejected', reason: { name: 'BrokerAwayError' } });
  await eventually('the link is back', () => broker.publisher.accepting());
  await broker.publisher.publish(aMessage('p-3'));
  await eventually('the message is there', async () =>
    (await bare.takeAll('letters')).some(({ properties }) => properties.messageId === 'p-3'),
  );
});

test('without a link a publish is refused at once and a transient message is dropped', async () => {
  const away = createBroker({
    url: 'amqp://guest:guest@127.0.0.1:1/none',
    service: 'test',
    queues: QUEUES,
    topology: 'declare',
    logger: pino({ level: 'silent' }),
  });
  away.start();
  await expect(away.publisher.publish(aMessage('m-5'))).rejects.toMatchObject({ name: 'BrokerAwayError' });
  away.publisher.publishTransient(aMessage('m-6'));
  expect(away.publisher.accepting()).toBe(false);
  expect(away.status()).toMatchObject({ state: 'away' });
  await away.close();
});

test('a transient message is neither stored on disk nor missed when nobody listens', async () => {
  broker.publisher.publishTransient(aMessage('t-1', { routingKey: 'nobody.LISTENS' }));
  broker.publisher.publishTransient(aMessage('t-2'));
  const [message] = await eventually('it arrived', async () => {
    const taken = await bare.takeAll('letters');
    return taken.length > 0 && taken;
  });
  expect(message?.properties).toMatchObject({ messageId: 't-2', deliveryMode: 1 });
});

test('P15: drain leaves nothing unconfirmed behind', async () => {
  const leaving = createTestBroker(50);
  leaving.start();
  await leaving.ready();
  let confirmed = 0;
  for (let index = 0; index < 400; index += 1) {
    void leaving.publisher.publish(aMessage(`d-${index}`)).then(() => {
      confirmed += 1;
    });
  }
  await leaving.drain();
  await leaving.close();
  expect(confirmed).toBe(400);
  expect(await bare.takeAll('letters')).toHaveLength(400);
});
