import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '@tiffin/contracts/envelope';
import type { Channel, Message } from 'amqplib';
import type { Logger } from 'pino';
import { cancelQuietly } from './cancel.ts';
import type { TransientSpec } from './consume.ts';
import { inTime } from './in-time.ts';
import { readMessage, toIncoming } from './incoming.ts';
import type { Link, Member } from './link.ts';
import { EVENTS_EXCHANGE } from './topology.ts';

// Acknowledged for back-pressure only: what we are too slow for waits in the broker, and our memory stays flat.
const PREFETCH = 200;

// The broker may hold the queue of a lost link until it notices that the peer is gone, and a held name is refused (405).
const nameFor = (queue: string, link: Link) => (link.generation === 1 ? queue : `${queue}.${link.generation}`);

/** The runtime behind one TransientSpec. */
export const createListener = <Event extends Envelope>(
  spec: TransientSpec<Event>,
  { logger }: { logger: Logger },
): Member => {
  const { queue } = spec;
  let last: Promise<void> = Promise.resolve();
  let intake: { channel: Channel; tag: string } | undefined;
  let stopped = false;

  const pass = async (message: Message) => {
    const parsed = readMessage(message, spec.parse);
    if (parsed.ok) await spec.handle(toIncoming(message, parsed.event, queue, 0));
    else logger.warn({ queue, reason: parsed.reason, problem: parsed.error }, 'a transient message is not readable');
  };
  const handle = async (link: Link, channel: Channel, message: Message) => {
    if (stopped || !link.alive()) return;
    try {
      await pass(message);
    } catch (error) {
      logger.error({ err: error, queue }, 'handling a transient message failed');
    }
    try {
      if (link.alive()) channel.ack(message);
    } catch {
      // The channel closed in this moment, and its queue with it.
    }
  };

  const declare = async (channel: Channel, name: string) => {
    await channel.assertQueue(name, { exclusive: true, durable: false, autoDelete: true });
    for (const routingKey of spec.bindings) await channel.bindQueue(name, EVENTS_EXCHANGE, routingKey);
    await channel.prefetch(PREFETCH);
  };

  return {
    attach: async (link) => {
      if (stopped) return;
      const name = nameFor(queue, link);
      const channel = await link.openChannel();
      await inTime(`declare ${name}`, declare(channel, name));
      const onMessage = (message: Message | null) => {
        if (message === null) link.lose(new Error(`the broker cancelled the consumer of '${name}'`));
        else last = last.then(() => handle(link, channel, message));
      };
      intake = { channel, tag: name };
      await inTime(`consume ${name}`, channel.consume(name, onMessage, { consumerTag: name, exclusive: true }));
      spec.onNewLink?.();
    },
    detach: () => {
      intake = undefined;
    },
    drain: async (deadlineMs) => {
      stopped = true;
      if (intake) await cancelQuietly(intake.channel, intake.tag);
      await Promise.race([last, sleep(deadlineMs, undefined, { ref: false })]);
    },
  };
};
