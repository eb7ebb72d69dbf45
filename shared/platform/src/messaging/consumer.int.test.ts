import type { Envelope } from '@tiffin/contracts/envelope';
import { type BareChannel, type BrokerVhost, withVhost } from '@tiffin/testing/broker-vhost';
import { eventually } from '@tiffin/testing/eventually';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Broker, createBroker } from './broker.ts';
import type { ConsumerSpec, Incoming, Parse } from './consume.ts';
import { brokenRule, done, nothingNew, tryLater } from './outcome.ts';
import { declareTopology } from './topology.ts';

const STEPS = [30, 60, 90, 120, 150];
const QUEUE = 'work';
const QUEUES = [{ name: QUEUE, bindings: ['order.*'] }];
const silent = pino({ level: 'silent' });
let vhost: BrokerVhost;
let bare: BareChannel;
let brokers: Broker[] = [];

beforeAll(async () => {
  vhost = await withVhost('consumer');
  bare = await vhost.open();
});
afterEach(async () => {
  await Promise.all(brokers.map((broker) => broker.close()));
  brokers = [];
  // Some tests delete a queue; the declaration brings it back.
  await declareTopology(bare, QUEUES, STEPS);
  await bare.purgeQueue(QUEUE);
  await bare.purgeQueue(`${QUEUE}.dead`);
});
afterAll(() => vhost.close());

const parse: Parse = (body) => {
  const event: Envelope = JSON.parse(body.toString());
  return event.version > 1
    ? { ok: false, reason: 'newer-version', error: `version ${event.version}` }
    : { ok: true, event };
};
const anEvent = (id: string, subject = id, version = 1): string => {
  const event: Envelope = {
    id,
    type: 'ORDER_PLACED',
    version,
    timestamp: '2026-11-01T10:00:00.000Z',
    data: {},
    subject,
    source: 'test',
    correlationId: 'c-1',
    causationId: null,
  };
  return JSON.stringify(event);
};

const consume = async (spec: Partial<ConsumerSpec> & Pick<ConsumerSpec, 'handle'>): Promise<Broker> => {
  const broker = createBroker({
    url: vhost.url,
    service: 'test',
    queues: QUEUES,
    topology: 'declare',
    logger: silent,
    retryStepsMs: STEPS,
  });
  brokers.push(broker);
  broker.consume({ queue: QUEUE, parse, ...spec });
  broker.start();
  await broker.ready();
  return broker;
};
const publish = (broker: Broker, id: string, headers: Record<string, string | number> = {}) =>
  broker.publisher.publish({
    messageId: id,
    type: 'ORDER_PLACED',
    timestamp: '2026-11-01T10:00:00.000Z',
    correlationId: 'c-1',
    body: Buffer.from(anEvent(id)),
    routingKey: 'order.ORDER_PLACED',
    headers,
  });
const deadLetter = () => eventually('a dead letter', () => bare.get(`${QUEUE}.dead`, { noAck: true }));
const nothingIsLeft = async () => {
  await eventually('the queue is empty', async () => (await bare.checkQueue(QUEUE)).messageCount === 0);
  expect(await bare.takeAll(`${QUEUE}.dead`)).toEqual([]);
};

test('an event is handed over as parsed, with its headers, and is gone when done', async () => {
  const seen: Incoming[] = [];
  const broker = await consume({
    handle: async (incoming) => {
      seen.push(incoming);
      return incoming.event.id === 'two' ? nothingNew() : done();
    },
  });
  await publish(broker, 'one', { traceparent: '00-abc', 'tiffin-replay': 'run-7' });
  await publish(broker, 'two');
  await eventually('both are handled', () => seen.length === 2);
  expect(seen[0]).toMatchObject({
    event: { id: 'one' },
    attempt: 0,
    queue: QUEUE,
    replay: 'run-7',
    traceparent: '00-abc',
  });
  expect(seen[1]).toMatchObject({ event: { id: 'two' }, replay: undefined });
  expect(seen[1]).not.toHaveProperty('traceparent');
  await broker.drain();
  await broker.close();
  await nothingIsLeft();
});

test.each([1, 3])(
  'F14: a fault that heals at attempt %i takes one attempt more, a ladder step apart',
  async (heals) => {
    const attempts: { attempt: number; at: number }[] = [];
    const broker = await consume({
      handle: async ({ attempt }) => {
        attempts.push({ attempt, at: performance.now() });
        if (attempt < heals) throw new Error('not yet');
        return done();
      },
    });
    await publish(broker, 'healing');
    await eventually('it healed', () => attempts.length === heals + 1);
    expect(attempts.map(({ attempt }) => attempt)).toEqual(Array.from({ length: heals + 1 }, (_, index) => index));
    for (let index = 1; index < attempts.length; index += 1) {
      const gap = (attempts[index]?.at ?? 0) - (attempts[index - 1]?.at ?? 0);
      expect(gap).toBeGreaterThanOrEqual((STEPS[index - 1] ?? 0) - 2);
    }
    await nothingIsLeft();
  },
);

test('F13: a handler that always throws is tried six times, then dead with reason, error, attempts and its first key', async () => {
  let attempts = 0;
  const broker = await consume({
    handle: () => {
      attempts += 1;
      // Not a rejection but a throw, as a bug before the first await would.
      throw new TypeError('x is not a function');
    },
  });
  await publish(broker, 'cursed', { traceparent: '00-abc' });
  const letter = await deadLetter();
  expect(attempts).toBe(6);
  expect(letter.content.toString()).toBe(anEvent('cursed'));
  expect(letter.properties).toMatchObject({ messageId: 'cursed', deliveryMode: 2, correlationId: 'c-1' });
  // The broker adds x-delivery-count to whatever a quorum queue gives.
  const { 'x-delivery-count': _, ...headers } = letter.properties.headers ?? {};
  expect(headers).toEqual({
    'tiffin-attempt': 5,
    'tiffin-original-key': 'order.ORDER_PLACED',
    'tiffin-reason': 'gave-up',
    'tiffin-error': 'TypeError: x is not a function',
    'tiffin-dead-at': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    traceparent: '00-abc',
  });
});

test('try-later climbs the ladder like a fault', async () => {
  const attempts: number[] = [];
  const broker = await consume({
    handle: async ({ attempt }) => {
      attempts.push(attempt);
      return attempt === 0 ? tryLater('lease held') : done();
    },
  });
  await publish(broker, 'patient');
  await eventually('it was tried again', () => attempts.length === 2);
  await nothingIsLeft();
});

test('a broken rule is dead at once and is not tried again', async () => {
  let attempts = 0;
  const broker = await consume({
    handle: async () => {
      attempts += 1;
      return brokenRule('the amount is negative');
    },
  });
  await publish(broker, 'impossible');
  const { properties } = await deadLetter();
  expect(properties.headers).toMatchObject({
    'tiffin-reason': 'broken-rule',
    'tiffin-error': 'the amount is negative',
  });
  expect(attempts).toBe(1);
});

test('F13: what cannot be read is dead with its reason, and its neighbours are handled', async () => {
  const handled: string[] = [];
  const strict: Parse = (body, properties) => {
    try {
      return parse(body, properties);
    } catch {
      return { ok: false, reason: 'not-json', error: 'the body is not JSON' };
    }
  };
  await consume({
    parse: strict,
    handle: async ({ event }) => {
      handled.push(event.id);
      return done();
    },
  });
  await bare.put(QUEUE, '{"half":');
  await bare.put(QUEUE, anEvent('future', 'future', 2));
  await bare.put(QUEUE, Buffer.alloc(256 * 1024 + 1, 'x'));
  await bare.put(QUEUE, anEvent('zipped'), { contentEncoding: 'gzip' });
  await bare.put(QUEUE, '');
  await bare.put(QUEUE, anEvent('bystander'), { contentEncoding: 'utf-8' });
  await eventually('the bystander is handled', () => handled.includes('bystander'));
  const letters = await eventually('five letters', async () => {
    const { messageCount } = await bare.checkQueue(`${QUEUE}.dead`);
    return messageCount === 5 && bare.takeAll(`${QUEUE}.dead`);
  });
  expect(letters.map(({ properties }) => properties.headers?.['tiffin-reason']).sort()).toEqual([
    'content-encoding',
    'newer-version',
    'not-json',
    'not-json',
    'too-large',
  ]);
  expect(handled).toEqual(['bystander']);
});

test('P5: a parser that throws is a fault, on a channel that goes on: it climbs the ladder, for a new release may read it', async () => {
  await consume({ handle: async () => done() });
  await bare.put(QUEUE, 'not json at all');
  expect((await deadLetter()).properties.headers).toMatchObject({
    'tiffin-reason': 'gave-up',
    'tiffin-attempt': 5,
  });
});

test('forged headers change nothing but the number of attempts that are left', async () => {
  const attempts: number[] = [];
  await consume({
    handle: async ({ attempt }) => {
      attempts.push(attempt);
      return done();
    },
  });
  const put = (headers: Record<string, unknown>) => bare.put(QUEUE, anEvent('same'), { headers });
  await put({ 'tiffin-attempt': 1e9 });
  await put({ 'tiffin-attempt': -5 });
  await put({ 'tiffin-attempt': 'many' });
  await put({ 'tiffin-attempt': { deep: true }, 'x-delivery-count': 50, 'tiffin-crashes': 'x' });
  await put({ 'tiffin-crashes': 1e9, 'x-death': 'nonsense', CC: ['nowhere'] });
  await eventually('all are handled', () => attempts.length === 5);
  expect(attempts).toEqual([5, 0, 0, 0, 0]);
  await eventually('the queue is empty', async () => (await bare.checkQueue(QUEUE)).messageCount === 0);
});

test('C6: events of one subject never overlap and keep their order, events of others run meanwhile', async () => {
  let running = 0;
  let most = 0;
  const busy = new Set<string>();
  const order: Record<string, string[]> = {};
  const broker = await consume({
    prefetch: 20,
    handle: async ({ event }) => {
      expect(busy.has(event.subject)).toBe(false);
      busy.add(event.subject);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      busy.delete(event.subject);
      order[event.subject] = [...(order[event.subject] ?? []), event.id];
      return done();
    },
  });
  for (let index = 0; index < 60; index += 1) await bare.put(QUEUE, anEvent(`e-${index}`, `order-${index % 6}`));
  await eventually('all are handled', () => Object.values(order).flat().length === 60);
  for (const [subject, ids] of Object.entries(order)) {
    const first = Number(subject.slice('order-'.length));
    expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => `e-${first + index * 6}`));
  }
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(6);
  await broker.drain();
});

test('a copy that cannot be stored leaves the message where it was, and it is tried again after a pause', async () => {
  const attempts: number[] = [];
  const broker = await consume({
    handle: async ({ attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 1) throw new Error('once');
      return done();
    },
  });
  await bare.deleteQueue(`${QUEUE}.retry.30`);
  await publish(broker, 'kept');
  await eventually('it is tried again', () => attempts.length === 2);
  expect(attempts).toEqual([0, 0]);
  await nothingIsLeft();
});

test('P4: a queue deleted under its consumer is declared again and consumed again', async () => {
  const handled: string[] = [];
  const broker = await consume({
    handle: async ({ event }) => {
      handled.push(event.id);
      return done();
    },
  });
  await bare.deleteQueue(QUEUE);
  await eventually('the link was given up', () => broker.status().state === 'away');
  await eventually('the link is back', () => broker.status().state === 'up');
  await publish(broker, 'after');
  await eventually('it is handled', () => handled.includes('after'));
});

test('P5: a handler that throws before it returns is a fault like any other, and its neighbours are handled', async () => {
  const handled: string[] = [];
  const broker = await consume({
    handle: ({ event }) => {
      if (event.id === 'bad') throw new Error('a bug');
      handled.push(event.id);
      return Promise.resolve(done());
    },
  });
  const { since } = broker.status();
  await publish(broker, 'bad');
  await publish(broker, 'good');
  expect((await deadLetter()).properties.messageId).toBe('bad');
  await publish(broker, 'later');
  await eventually('both are handled', () => handled.length === 2);
  expect(broker.status()).toEqual({ state: 'up', since });
});

test('a consumer added to a running broker starts at once', async () => {
  const broker = await consume({ handle: async () => done() });
  await bare.assertQueue('added-later', { durable: true });
  const handled: string[] = [];
  broker.consume({
    queue: 'added-later',
    parse,
    handle: async ({ event }) => {
      handled.push(event.id);
      return done();
    },
  });
  await bare.put('added-later', anEvent('x'));
  await eventually('it is handled', () => handled.length === 1);
});

test('F20: a drain under load loses nothing, hands back at most what was prefetched and leaves no rejection', async () => {
  const handled = new Set<string>();
  const total = 120;
  for (let index = 0; index < total; index += 1) {
    await bare.put(QUEUE, anEvent(`e-${index}`, `order-${index % 40}`));
  }
  for (let round = 0; handled.size < total; round += 1) {
    const before = handled.size;
    const twice: string[] = [];
    const broker = await consume({
      prefetch: 10,
      handle: async ({ event }) => {
        await new Promise((resolve) => setTimeout(resolve, 3));
        if (handled.has(event.id)) twice.push(event.id);
        handled.add(event.id);
        return done();
      },
    });
    await eventually('some are handled', () => handled.size >= Math.min(total, before + 30));
    await broker.drain();
    await broker.close();
    // What was handled was acknowledged, and the ack was flushed.
    expect(twice).toEqual([]);
    expect(round).toBeLessThan(10);
  }
  await nothingIsLeft();
});

test('a handler that hangs past the deadline of a drain is left behind, and its message goes to the next consumer', async () => {
  const hanging = await consume({ handle: () => new Promise(() => undefined) });
  await publish(hanging, 'stuck');
  await eventually('it is held', async () => (await bare.checkQueue(QUEUE)).messageCount === 0);
  await hanging.drain(100);
  const handled: string[] = [];
  await consume({
    handle: async ({ event }) => {
      handled.push(event.id);
      return done();
    },
  });
  await eventually('the next one has it', () => handled.includes('stuck'));
});

test('suspects are handled one at a time, while others are handled beside them', async () => {
  let suspects = 0;
  let most = 0;
  const handled: string[] = [];
  await consume({
    handle: async ({ event, attempt }) => {
      const suspect = event.id.startsWith('suspect');
      if (suspect) most = Math.max(most, ++suspects);
      await new Promise((resolve) => setTimeout(resolve, 15));
      if (suspect) suspects -= 1;
      expect(attempt).toBe(0);
      handled.push(event.id);
      return done();
    },
  });
  for (let index = 0; index < 4; index += 1) {
    await bare.put(QUEUE, anEvent(`suspect-${index}`), { headers: { 'tiffin-crashes': 2 } });
    await bare.put(QUEUE, anEvent(`other-${index}`));
  }
  await eventually('all are handled', () => handled.length === 8);
  expect(most).toBe(1);
  await nothingIsLeft();
});
