import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import amqplib from 'amqplib';
import { expect, onTestFinished, test } from 'vitest';
import { askBroker } from './broker-probe.ts';
import { forgetVhost, shareBroker } from './share-broker.ts';
import { eventually } from './started-stack.fixture.ts';
import { vhostOutage } from './vhost-outage.ts';

const BROKER = 'amqp://guest:guest@127.0.0.1:5672';
const { PATH } = process.env;
/** rabbitmqctl takes a second or two for each thing it is asked. */
const LONGEST_MS = 60_000;

/** A vhost of the test's own on the broker of this machine, and what takes it away. */
const aSharedBroker = async () => {
  const id = randomBytes(6).toString('hex');
  onTestFinished(async () => {
    await forgetVhost(BROKER, id, PATH);
  });
  const shared = await shareBroker(BROKER, id, PATH);
  if (!shared.gate) throw new Error(shared.note);
  const outage = vhostOutage(shared.gate);
  if (outage.kind === 'impossible') throw new Error(outage.why);
  onTestFinished(() => outage.end());
  return { id, url: shared.url, gate: shared.gate, outage };
};

const aConnection = async (url: string) => {
  const model = await amqplib.connect(url);
  model.on('error', () => undefined);
  onTestFinished(() => model.close().catch(() => undefined));
  return model;
};

test(
  'our vhost is away for a while: its connections are closed and none is let in, others hear nothing of it',
  async () => {
    const { url, outage } = await aSharedBroker();
    const [ours, others] = [await aConnection(url), await aConnection(BROKER)];
    const closed = once(ours, 'close');
    expect(await outage.begin(2_000)).toBe(true);
    await closed;
    expect(outage.awayUntil()).toBeInstanceOf(Date);
    expect(await askBroker(url)).toEqual({ kind: 'no-vhost' });
    await (await others.createChannel()).close();

    await eventually(async () => expect(await askBroker(url)).toMatchObject({ kind: 'up' }));
    await eventually(() => expect(outage.awayUntil()).toBeUndefined());
  },
  LONGEST_MS,
);

test(
  'a stop in the middle of an outage leaves the permission whole, and nothing begins after it',
  async () => {
    const { url, outage } = await aSharedBroker();
    const beginning = outage.begin(60_000);
    await outage.end();
    await beginning;
    expect(await askBroker(url)).toMatchObject({ kind: 'up' });
    expect(await outage.begin(60_000)).toBe(false);
  },
  LONGEST_MS,
);

test(
  'the start after a stack that was killed during an outage finds its vhost open',
  async () => {
    const { id, url, gate } = await aSharedBroker();
    await gate.shutOut();
    expect(await askBroker(url)).toEqual({ kind: 'no-vhost' });
    expect(await shareBroker(BROKER, id, PATH)).toMatchObject({ url });
    expect(await askBroker(url)).toMatchObject({ kind: 'up' });
  },
  LONGEST_MS,
);

test('a broker that refuses to be taken away is given back before anything else is asked of it', async () => {
  const asked: string[] = [];
  const outage = vhostOutage({
    shutOut: async () => {
      asked.push('shut out');
      throw new Error('nobody lets us');
    },
    letIn: async () => {
      asked.push('let in');
    },
  });
  if (outage.kind === 'impossible') throw new Error(outage.why);
  await expect(outage.begin(60_000)).rejects.toThrow('nobody lets us');
  await outage.end();
  expect(asked).toEqual(['shut out', 'let in']);
  expect(outage.awayUntil()).toBeUndefined();
});
