import { createBroker } from '@tiffin/platform/messaging/broker';
import { createLogger } from '@tiffin/platform/observability/logger';
import type { Figure, Measured } from '../figure.ts';
import type { Bench } from '../measurement.ts';
import { alternate } from '../rounds.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { connectRaw, type PublishRun, rawPublishRun } from './raw-publisher.ts';
import { sampleEvent } from './sample-event.ts';

const WINDOWS = [1, 100, 1_000] as const;
const ROUND_MS = 2_000;
const QUEUE = 'bench.publish';
const EXCHANGE = 'tiffin.events';

const ourPublisher = (url: string, window: number) =>
  createBroker({
    url,
    service: 'bench',
    queues: [],
    topology: 'declare',
    logger: createLogger({ service: 'bench', level: 'error' }),
    window,
  });

/** Confirmed messages a second through our publisher and through bare amqplib, to the same quorum queue. */
export const measurePublishRate = async ({ rounds, say, broker }: Bench): Promise<Measured> => {
  const { what, vhost } = await broker.open();
  const url = await vhost('publish');
  const connection = await connectRaw(url);
  const publishers = new Map(WINDOWS.map((window) => [window, ourPublisher(url, window)]));
  try {
    for (const publisher of publishers.values()) {
      publisher.start();
      await publisher.ready();
    }
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue(QUEUE, EXCHANGE, QUEUE);

    const event = sampleEvent(1);
    const body = Buffer.from(JSON.stringify(event));
    const { id: messageId, type, timestamp, correlationId } = event;
    const raw = rawPublishRun(channel, EXCHANGE, QUEUE, body, {
      messageId,
      type,
      timestamp: Math.floor(Date.parse(timestamp) / 1_000),
      correlationId,
      contentType: 'application/json',
      persistent: true,
      mandatory: true,
    });
    const ours: PublishRun = async (window, forMs) => {
      const publisher = publishers.get(WINDOWS.find((known) => known === window) ?? 1)?.publisher;
      if (!publisher) throw new Error(`no publisher has a window of ${window}`);
      const startedAt = performance.now();
      let confirmed = 0;
      const chain = async () => {
        while (performance.now() - startedAt < forMs) {
          await publisher.publish({ messageId, type, timestamp, correlationId, body, routingKey: QUEUE });
          confirmed += 1;
        }
      };
      await Promise.all(Array.from({ length: window }, chain));
      return (confirmed / (performance.now() - startedAt)) * 1_000;
    };
    const emptied = (run: PublishRun, window: number) => async () => {
      const rate = await run(window, ROUND_MS);
      await channel.purgeQueue(QUEUE);
      return rate;
    };

    const figures: Figure[] = [];
    const details: Record<string, unknown> = {};
    for (const window of WINDOWS) {
      say(`publishing, window ${window}`);
      const rates = await alternate(rounds, { ours: emptied(ours, window), raw: emptied(raw, window) }, say);
      details[`window ${window}`] = rates;
      figures.push({
        name: `confirmed publish, window ${window}`,
        unit: '/s',
        ours: spreadOf(rates.ours),
        beside: { what: 'raw amqplib', figure: spreadOf(rates.raw), ratio: ratioOf(rates.ours, rates.raw) },
        ...(window > 1 && { target: { of: 'ratio', atLeast: 0.85 } }),
      });
    }
    const notes = [
      `publish: one quorum queue, ${body.length}-byte persistent bodies, mandatory, ${ROUND_MS / 1_000} s a round, on ${what}. Raw amqplib sends the same properties from its confirm callbacks, without promises, time limits or a look at returned messages.`,
    ];
    return { figures, notes, details, faults: [] };
  } finally {
    for (const publisher of publishers.values()) await publisher.close();
    await connection.close();
  }
};
