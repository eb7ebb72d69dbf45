import { type BareChannel, type BrokerVhost, withVhost } from '@tiffin/testing/broker-vhost';
import { eventually } from '@tiffin/testing/eventually';
import { startTcpProxy } from '@tiffin/testing/tcp-proxy';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Broker, createBroker } from './broker.ts';
import { declareTopology } from './topology.ts';

const STEPS = [30, 60];
const QUEUE = 'work';
const DEAD = `${QUEUE}.dead`;
const QUEUES = [{ name: QUEUE, bindings: [] }];
let vhost: BrokerVhost;
let bare: BareChannel;
let broker: Broker;

const startBroker = async (url = vhost.url): Promise<Broker> => {
  const made = createBroker({
    url,
    service: 'test',
    queues: QUEUES,
    topology: 'declare',
    logger: pino({ level: 'silent' }),
    retryStepsMs: STEPS,
  });
  made.start();
  await made.ready();
  return made;
};

beforeAll(async () => {
  vhost = await withVhost('letters');
  bare = await vhost.open();
  broker = await startBroker();
});
afterEach(async () => {
  await declareTopology(bare, QUEUES, STEPS);
  await bare.purgeQueue(QUEUE);
  await bare.purgeQueue(DEAD);
});
afterAll(async () => {
  await broker?.close();
  await vhost?.close();
});

const bury = async (from: number, to: number) => {
  for (let index = from; index < to; index += 1) {
    const headers = { 'tiffin-reason': 'schema', 'tiffin-error': 'data.amount: too small', 'tiffin-attempt': 2 };
    bare.sendToQueue(DEAD, Buffer.from(`{"n":${index}}`), { messageId: `m-${index}`, persistent: true, headers });
  }
  await bare.waitForConfirms();
};
const idsOf = async (reader = broker) => (await reader.deadLetters.read(QUEUE)).letters.map(({ id }) => id);
const named = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `m-${from + index}`);
const retry = (...ids: string[]) => ids.map((id) => ({ id, kind: 'retry' as const }));
const discard = (...ids: string[]) => ids.map((id) => ({ id, kind: 'discard' as const }));
const bodiesIn = async (queue: string) => (await bare.takeAll(queue)).map(({ content }) => content.toString());

test('letters are read where they lie, again and again, in their order', async () => {
  await bury(0, 300);
  for (let round = 0; round < 4; round += 1) expect(await idsOf()).toEqual(named(0, 300));
  expect((await bare.checkQueue(DEAD)).messageCount).toBe(300);
});

test('a letter says why it died, after how many attempts, and keeps the marks of nobody who only looked', async () => {
  await bury(0, 1);
  await idsOf();
  const { letters } = await broker.deadLetters.read(QUEUE);
  expect(letters).toMatchObject([
    { id: 'm-0', queue: QUEUE, reason: 'schema', error: 'data.amount: too small', attempts: 3, deadAt: undefined },
  ]);
  expect(letters[0]?.headers).not.toHaveProperty('x-delivery-count');
});

test('a message the broker buried by itself tells when and why', async () => {
  await bare.put(QUEUE, '{"type":"ORDER_PLACED"}');
  for (let delivery = 0; delivery < 22; delivery += 1) {
    const message = await bare.get(QUEUE);
    if (message) bare.reject(message, true);
  }
  const [letter] = await eventually('the letter', async () => {
    const { letters } = await broker.deadLetters.read(QUEUE);
    return letters.length > 0 && letters;
  });
  expect(letter).toMatchObject({ reason: 'delivery-limit', type: 'ORDER_PLACED' });
  expect(Date.parse(letter?.deadAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
});

test('settled letters leave, all others keep their place and order', async () => {
  await bury(0, 200);
  const chosen = named(0, 200).filter((_, index) => index % 3 === 1);
  const gone = chosen.slice(0, 20);
  expect(await broker.deadLetters.settle(QUEUE, discard(...gone))).toEqual(gone.map((id) => ({ id })));
  const sent = chosen.slice(20);
  expect(await broker.deadLetters.settle(QUEUE, retry(...sent))).toEqual(sent.map((id) => ({ id })));
  expect(await idsOf()).toEqual(named(0, 200).filter((id) => !chosen.includes(id)));
  expect(await bodiesIn(QUEUE)).toEqual(sent.map((id) => `{"n":${id.slice(2)}}`));
});

test('a retried letter starts anew: no marks of failure, no attempts, its own id and key', async () => {
  await bare.put(DEAD, '{}', {
    messageId: 'm-1',
    type: 'ORDER_PLACED',
    correlationId: 'c-1',
    headers: {
      'tiffin-attempt': 5,
      'tiffin-crashes': 3,
      'tiffin-reason': 'gave-up',
      'tiffin-error': 'x',
      'tiffin-dead-at': '2026-11-01T10:00:00.000Z',
      'tiffin-original-key': 'order.ORDER_PLACED',
      'x-death': 'forged',
      CC: ['elsewhere'],
      traceparent: '00-abc',
    },
  });
  const { letters } = await broker.deadLetters.read(QUEUE);
  expect(letters).toMatchObject([{ attempts: 6, deadAt: '2026-11-01T10:00:00.000Z' }]);
  await broker.deadLetters.settle(QUEUE, retry('m-1'));
  const [back] = await bare.takeAll(QUEUE);
  expect(back?.properties).toMatchObject({ messageId: 'm-1', type: 'ORDER_PLACED', correlationId: 'c-1' });
  // The broker adds x-delivery-count to whatever a quorum queue gives.
  const { 'x-delivery-count': _, ...headers } = back?.properties.headers ?? {};
  expect(headers).toEqual({ 'tiffin-original-key': 'order.ORDER_PLACED', traceparent: '00-abc' });
});

test('a corrected body goes out as plain JSON under its own names', async () => {
  await bare.put(DEAD, 'rubbish', { messageId: 'm-1', contentEncoding: 'gzip', contentType: 'text/plain' });
  const correction = { body: Buffer.from('{"id":"m-2"}'), type: 'ORDER_PLACED', messageId: 'm-2' };
  expect(await broker.deadLetters.settle(QUEUE, [{ id: 'm-1', kind: 'retry', correction }])).toEqual([{ id: 'm-1' }]);
  const [back] = await bare.takeAll(QUEUE);
  expect(back?.content.toString()).toBe('{"id":"m-2"}');
  expect(back?.properties).toMatchObject({
    messageId: 'm-2',
    type: 'ORDER_PLACED',
    contentType: 'application/json',
    contentEncoding: undefined,
  });
});

test('letters of one id, or of none, are told apart and settled one by one', async () => {
  await bare.put(DEAD, 'first', { messageId: 'same' });
  await bare.put(DEAD, 'second', { messageId: 'same' });
  await bare.put(DEAD, 'second', { messageId: 'same' });
  await bare.put(DEAD, 'bare');
  await bare.put(DEAD, 'bare');
  const ids = await idsOf();
  expect(new Set(ids).size).toBe(5);
  expect(await idsOf()).toEqual(ids);
  const [first = '', second = '', twin = '', plain = '', plainTwin = ''] = ids;
  expect(first).toBe('same');
  expect(await broker.deadLetters.settle(QUEUE, discard(first))).toEqual([{ id: first }]);
  // The second is the first of its name now, and answers to what it was called before.
  expect(await broker.deadLetters.settle(QUEUE, retry(second, twin, plainTwin))).toEqual([
    { id: second },
    { id: twin },
    { id: plainTwin },
  ]);
  expect(await bodiesIn(QUEUE)).toEqual(['second', 'second', 'bare']);
  expect(await idsOf()).toEqual([plain]);
});

test('an unknown letter is answered, and the known ones are settled all the same', async () => {
  await bury(0, 2);
  expect(await broker.deadLetters.settle(QUEUE, discard('m-1', 'nobody'))).toEqual([
    { id: 'm-1' },
    { id: 'nobody', error: 'there is no such letter' },
  ]);
  expect(await idsOf()).toEqual(['m-0']);
});

test('a letter that cannot be stored in its queue stays', async () => {
  await bury(0, 3);
  await bare.deleteQueue(QUEUE);
  const results = await broker.deadLetters.settle(QUEUE, retry('m-1'));
  expect(results).toEqual([{ id: 'm-1', error: "nothing is bound to '' for 'work'" }]);
  expect(await idsOf()).toEqual(named(0, 3));
});

test('a retry keeps its pace, and others may look meanwhile', async () => {
  await bury(0, 30);
  const startedAt = performance.now();
  const settling = broker.deadLetters.settle(QUEUE, retry(...named(0, 12)), { perSecond: 10 });
  await idsOf();
  const lookedAfterMs = performance.now() - startedAt;
  expect(await settling).toHaveLength(12);
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThanOrEqual(1_095);
  expect(lookedAfterMs).toBeLessThan(tookMs);
  expect(await idsOf()).toEqual(named(12, 30));
});

test('a letter that dies again during a retry of all is not sent twice by it', async () => {
  await bury(0, 5);
  broker.consume({
    queue: QUEUE,
    parse: () => ({ ok: false, reason: 'schema', error: 'still wrong' }),
    handle: () => Promise.reject(new Error('never asked')),
  });
  expect(await broker.deadLetters.settle(QUEUE, retry(...named(0, 5)), { perSecond: 20 })).toHaveLength(5);
  const { letters } = await eventually('all died again', async () => {
    const read = await broker.deadLetters.read(QUEUE);
    return read.letters.length === 5 && read;
  });
  expect(letters.map(({ error }) => error)).toEqual(Array.from({ length: 5 }, () => 'still wrong'));
  expect(letters.every(({ deadAt }) => deadAt !== undefined)).toBe(true);
  await broker.close();
  broker = await startBroker();
});

test('two who settle at once, in one process or in two, lose nothing and double nothing', async () => {
  await bury(0, 120);
  const other = await startBroker();
  const all = named(0, 120);
  const settled = await Promise.all([
    broker.deadLetters.settle(QUEUE, retry(...all)),
    broker.deadLetters.settle(QUEUE, retry(...all)),
    other.deadLetters.settle(QUEUE, retry(...all)),
  ]);
  const winners = settled.flat().filter(({ error }) => error === undefined);
  expect(winners.map(({ id }) => id).sort()).toEqual([...all].sort());
  expect((await bodiesIn(QUEUE)).sort()).toEqual(all.map((id) => `{"n":${id.slice(2)}}`).sort());
  expect((await bare.checkQueue(DEAD)).messageCount).toBe(0);
  await other.close();
});

test('more than a thousand letters: the first thousand are read, the rest is counted, and its turn comes', async () => {
  await bury(0, 1_010);
  const read = await broker.deadLetters.read(QUEUE);
  expect(read.letters.map(({ id }) => id)).toEqual(named(0, 1_000));
  expect(read.unread).toBe(10);
  await broker.deadLetters.settle(QUEUE, discard(...named(0, 1_000)));
  expect(await idsOf()).toEqual(named(1_000, 1_010));
});

test('a link that is cut in the middle of a retry loses no letter', async () => {
  await bury(0, 200);
  const address = new URL(vhost.url);
  const network = await startTcpProxy(Number(address.port || 5672));
  address.port = String(network.port);
  const far = await startBroker(address.href);
  const settling = far.deadLetters.settle(QUEUE, retry(...named(0, 200)), { perSecond: 100 });
  await eventually('some are back', async () => (await bare.checkQueue(QUEUE)).messageCount > 20);
  network.cut();
  const results = await settling;
  const done = results.filter(({ error }) => error === undefined);
  expect(done.length).toBeGreaterThan(20);
  const failed = results.filter(({ error }) => error !== undefined);
  expect(failed.length).toBeGreaterThan(0);
  expect(new Set(failed.map(({ error }) => error))).toEqual(new Set(['the broker went away; the letter stays']));
  await far.close();
  await network.close();

  const left = await eventually('what was held is back', async () => {
    const { letters } = await broker.deadLetters.read(QUEUE);
    return letters.length >= 200 - done.length && letters.map(({ body }) => body.toString());
  });
  const everywhere = [...(await bodiesIn(QUEUE)), ...left];
  expect(new Set(everywhere).size).toBe(200);
});

test('without a link nothing is read and nothing is settled', async () => {
  const away = createBroker({
    url: 'amqp://127.0.0.1:1',
    service: 'test',
    queues: QUEUES,
    topology: 'declare',
    logger: pino({ level: 'silent' }),
  });
  await expect(away.deadLetters.read(QUEUE)).rejects.toMatchObject({ name: 'BrokerAwayError' });
  await expect(away.deadLetters.settle(QUEUE, discard('m-1'))).rejects.toMatchObject({ name: 'BrokerAwayError' });
  await expect(away.queueDepths.read()).rejects.toMatchObject({ name: 'BrokerAwayError' });
});

test('depths tell what waits, on the ladder and among the dead; a queue that is missing is left out', async () => {
  await bury(0, 3);
  await bare.put(QUEUE, 'a');
  expect(
    await eventually('the depths', async () => {
      const depths = await broker.queueDepths.read();
      return depths[0]?.dead === 3 && depths;
    }),
  ).toEqual([
    { queue: QUEUE, ready: 1, consumers: 0, retry: STEPS.map((delayMs) => ({ delayMs, messages: 0 })), dead: 3 },
  ]);
  await bare.deleteQueue(QUEUE);
  await eventually('it is left out', async () => (await broker.queueDepths.read()).length === 0);
  expect(broker.status().state).toBe('up');
});
