import { type BareChannel, type BrokerVhost, withVhost } from '@tiffin/testing/broker-vhost';
import { eventually } from '@tiffin/testing/eventually';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBroker } from './broker.ts';
import { checkTopology, declareTopology } from './topology.ts';

const STEPS = [30, 60];
const silent = pino({ level: 'silent' });
let vhost: BrokerVhost;
let bare: BareChannel;

beforeAll(async () => {
  vhost = await withVhost('topology');
  bare = await vhost.open();
});
afterAll(() => vhost.close());

const messagesIn = async (queue: string) => (await bare.checkQueue(queue)).messageCount;

test('declaring twice changes nothing and repairs a lost binding', async () => {
  const queues = [{ name: 'bound', bindings: ['order.*', 'payment.PAYMENT_SUCCESS'] }];
  await declareTopology(bare, queues, STEPS);
  await bare.unbindQueue('bound', 'tiffin.events', 'order.*');
  await declareTopology(bare, queues, STEPS);
  await checkTopology(bare, queues, STEPS);

  bare.publish('tiffin.events', 'order.ORDER_PLACED', Buffer.from('{}'), { mandatory: true });
  await bare.waitForConfirms();
  expect(await messagesIn('bound')).toBe(1);
});

test('each step of the ladder leads back to its queue after its delay', async () => {
  await declareTopology(bare, [{ name: 'laddered', bindings: [] }], STEPS);
  for (const step of STEPS) {
    const sentAt = performance.now();
    bare.publish('tiffin.retry', `laddered.${step}`, Buffer.from(String(step)));
    await bare.waitForConfirms();
    const message = await eventually('the message is back', () => bare.get('laddered', { noAck: true }), {
      everyMs: 5,
    });
    expect(message.content.toString()).toBe(String(step));
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(step - 2);
  }
});

test('T2: the delivery limit is real: a message rejected for ever is dead after 21 deliveries', async () => {
  await declareTopology(bare, [{ name: 'limited', bindings: [] }], STEPS);
  await bare.put('limited', 'poison');
  let deliveries = 0;
  await eventually('the message is dead', async () => {
    const message = await bare.get('limited');
    if (message) {
      deliveries += 1;
      bare.reject(message, true);
    }
    return (await messagesIn('limited.dead')) === 1;
  });
  expect(deliveries).toBe(21);
});

test('a dead letter may be looked at more often than the broker would by itself allow', async () => {
  await declareTopology(bare, [{ name: 'browsed', bindings: [] }], STEPS);
  await bare.put('browsed.dead', 'letter');
  for (let look = 0; look < 30; look += 1) {
    const letter = await eventually('the letter is there', () => bare.get('browsed.dead'), { everyMs: 2 });
    bare.reject(letter, true);
  }
  expect(await eventually('the letter is still there', () => bare.get('browsed.dead', { noAck: true }))).toBeTruthy();
});

test('F10: a queue that exists as classic is a named error with its fix, until somebody removes it', async () => {
  const other = await vhost.open();
  await other.assertQueue('PAYMENT_SUCCESS', { durable: true });
  const queues = [{ name: 'PAYMENT_SUCCESS', bindings: [] }];
  await expect(declareTopology(await vhost.open(), queues, STEPS)).rejects.toMatchObject({
    name: 'TopologyMismatch',
    subject: 'PAYMENT_SUCCESS',
    argument: 'x-dead-letter-exchange',
    message: expect.stringContaining("delete_queue 'PAYMENT_SUCCESS'"),
  });

  const broker = createBroker({ url: vhost.url, service: 'test', queues, topology: 'declare', logger: silent });
  broker.start();
  const status = await eventually(
    'the mistake is seen',
    () => broker.status().state === 'misdeclared' && broker.status(),
  );
  expect(status.detail).toContain("'PAYMENT_SUCCESS' needs x-dead-letter-exchange 'tiffin.dead', the broker has none");
  expect(broker.publisher.accepting()).toBe(false);

  await other.deleteQueue('PAYMENT_SUCCESS');
  await broker.ready();
  expect(broker.status().state).toBe('up');
  await broker.close();
});

test('checking names what is missing and creates nothing', async () => {
  const queues = [{ name: 'not-there', bindings: [] }];
  await expect(checkTopology(await vhost.open(), queues, STEPS)).rejects.toMatchObject({
    name: 'TopologyMismatch',
    subject: 'not-there',
    argument: 'missing',
    message: expect.stringContaining('npm run topology -- apply'),
  });
  const broker = createBroker({
    url: vhost.url,
    service: 'test',
    queues,
    topology: 'check',
    logger: silent,
    retryStepsMs: STEPS,
  });
  broker.start();
  await eventually('the gap is seen', () => broker.status().state === 'misdeclared');
  await declareTopology(bare, queues, STEPS);
  await broker.ready();
  await broker.close();
});
