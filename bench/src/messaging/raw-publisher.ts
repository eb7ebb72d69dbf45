import { once } from 'node:events';
import amqplib, { type ConfirmChannel, type Options } from 'amqplib';

/** Something that confirms what was published, counted over a while. */
export type PublishRun = (window: number, forMs: number) => Promise<number>;

/** A connection as a careful program opens it: without `noDelay` small frames wait for each other. */
export const connectRaw = (url: string) => amqplib.connect(url, { noDelay: true });

/**
 * The floor: amqplib's own confirm channel with `window` messages in flight, each confirm sending the next from its callback. No promise, no
 * timer, no look at returns. Gives confirmed messages a second.
 */
export const rawPublishRun =
  (
    channel: ConfirmChannel,
    exchange: string,
    routingKey: string,
    body: Buffer,
    properties: Options.Publish,
  ): PublishRun =>
  async (window, forMs) => {
    const startedAt = performance.now();
    const endsAt = startedAt + forMs;
    let confirmed = 0;
    let running = window;
    await new Promise<void>((resolve, reject) => {
      const send = (): void => {
        channel.publish(exchange, routingKey, body, properties, (error: Error | null) => {
          if (error) return reject(error);
          confirmed += 1;
          if (performance.now() < endsAt) return send();
          running -= 1;
          if (running === 0) resolve();
        });
      };
      for (let chain = 0; chain < window; chain += 1) send();
    });
    return (confirmed / (performance.now() - startedAt)) * 1_000;
  };

/** Publishes `count` messages and waits until all are stored. */
export const fill = async (
  channel: ConfirmChannel,
  queue: string,
  count: number,
  bodyOf: (index: number) => Buffer,
): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    if (!channel.sendToQueue(queue, bodyOf(index), { persistent: true, messageId: `bench-${index}` }))
      await once(channel, 'drain');
  }
  await channel.waitForConfirms();
};
