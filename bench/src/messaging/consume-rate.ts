import { parseEvent } from '@tiffin/contracts/event-catalogue';
import { type Broker, createBroker } from '@tiffin/platform/messaging/broker';
import type { Parse } from '@tiffin/platform/messaging/consume';
import { eventReader } from '@tiffin/platform/messaging/event-consumer';
import { done } from '@tiffin/platform/messaging/outcome';
import { createLogger } from '@tiffin/platform/observability/logger';
import type { ConfirmChannel } from 'amqplib';
import type { Measured } from '../figure.ts';
import type { Bench } from '../measurement.ts';
import { alternate } from '../rounds.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { connectRaw, fill } from './raw-publisher.ts';
import { sampleEvent } from './sample-event.ts';

const PREFETCH = 100;
const MESSAGES = 30_000;
const QUEUE = 'bench.consume';

/** Counts handled messages and gives the rate once all have come. The clock starts at the first: connecting is not consuming. */
const rateMeter = (count: number) => {
  let seen = 0;
  let startedAt = 0;
  let finish: (rate: number) => void = () => undefined;
  const rate = new Promise<number>((resolve) => {
    finish = resolve;
  });
  const tick = () => {
    if (seen === 0) startedAt = performance.now();
    seen += 1;
    if (seen === count) finish((count / (performance.now() - startedAt)) * 1_000);
  };
  return { rate, tick };
};

// Reads exactly what the raw side reads. The full check of the catalogue is measured by itself.
const onlyJson: Parse = (body) => ({ ok: true, event: JSON.parse(body.toString('utf8')) });

const throughRuntime = async (url: string, parse: Parse): Promise<number> => {
  const meter = rateMeter(MESSAGES);
  const logger = createLogger({ service: 'bench', level: 'error' });
  const broker: Broker = createBroker({ url, service: 'bench', queues: [], topology: 'declare', logger });
  broker.start();
  await broker.ready();
  const handle = async () => {
    meter.tick();
    return done();
  };
  broker.consume({ queue: QUEUE, prefetch: PREFETCH, parse, handle });
  const rate = await meter.rate;
  await broker.drain();
  await broker.close();
  return rate;
};

const throughAmqplib = async (url: string): Promise<number> => {
  const meter = rateMeter(MESSAGES);
  const connection = await connectRaw(url);
  const channel = await connection.createChannel();
  await channel.prefetch(PREFETCH);
  await channel.consume(QUEUE, (message) => {
    if (!message) return;
    JSON.parse(message.content.toString('utf8'));
    meter.tick();
    channel.ack(message);
  });
  const rate = await meter.rate;
  await channel.close();
  await connection.close();
  return rate;
};

const refilled = (channel: ConfirmChannel, run: () => Promise<number>) => async () => {
  await fill(channel, QUEUE, MESSAGES, (index) => Buffer.from(JSON.stringify(sampleEvent(index))));
  return run();
};

/** Messages taken and settled one by one a second, through our consumer runtime and through bare amqplib. */
export const measureConsumeRate = async ({ rounds, say, broker }: Bench): Promise<Measured> => {
  const { what, vhost } = await broker.open();
  const url = await vhost('consume');
  const connection = await connectRaw(url);
  try {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    say('consuming');
    const rates = await alternate(
      rounds,
      {
        ours: refilled(channel, () => throughRuntime(url, onlyJson)),
        raw: refilled(channel, () => throughAmqplib(url)),
        checked: refilled(channel, () => throughRuntime(url, eventReader(parseEvent))),
      },
      say,
    );
    const raw = { what: 'raw amqplib', figure: spreadOf(rates.raw) };
    return {
      figures: [
        {
          name: `consume and settle, prefetch ${PREFETCH}`,
          unit: '/s',
          ours: spreadOf(rates.ours),
          beside: { ...raw, ratio: ratioOf(rates.ours, rates.raw) },
          target: { of: 'ratio', atLeast: 0.75 },
        },
        {
          name: 'the same, every body checked by its schema',
          unit: '/s',
          ours: spreadOf(rates.checked),
          beside: { ...raw, ratio: ratioOf(rates.checked, rates.raw) },
        },
      ],
      notes: [
        `consume: ${MESSAGES} messages a round from one quorum queue, each acknowledged by itself, on ${what}. Both sides parse the JSON; the runtime also keeps order by subject, counts crashes and fences acknowledgements.`,
      ],
      details: rates,
      faults: [],
    };
  } finally {
    await connection.close();
  }
};
