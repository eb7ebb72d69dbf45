import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, Message } from 'amqplib';
import type { Logger } from 'pino';
import type { ConfirmedSender } from './confirmed-sender.ts';
import type { Forgiveness } from './crash-count.ts';
import type { Link } from './link.ts';
import { type CopyMarks, messageIdOf, propertiesOfCopy } from './message-headers.ts';

/** A message and the channel its tag belongs to: the same tag means another message on every other channel. */
export type Delivery = { readonly message: Message; readonly channel: Channel; readonly link: Link };

/** The messages a consumer holds, and the only place where one is settled: once, on its own channel, while that channel's link lives. */
export type HeldDeliveries = {
  hold(delivery: Delivery): void;
  holds(delivery: Delivery): boolean;
  count(): number;
  acknowledge(delivery: Delivery): void;
  /**
   * Stores a copy, then acknowledges: the message is in two places for a moment, never in none. When the copy is not stored the
   * message goes back to its queue after a pause. Never rejects.
   */
  replaceByCopy(delivery: Delivery, exchange: string, routingKey: string, marks: CopyMarks): Promise<void>;
  /** Back to the queue, after a pause that `stop` cuts short: never a hot loop. Never rejects. */
  handBack(delivery: Delivery): Promise<void>;
  /** Everything back to the queue, now. */
  handBackAll(): void;
  /** The link is gone: nothing it delivered is ours to settle, the broker redelivers it. */
  letGo(): void;
};

const HAND_BACK_PAUSE_MS = 1_000;

export const createHeldDeliveries = ({
  queue,
  sender,
  forgiveness,
  stop,
  logger,
}: {
  queue: string;
  sender: ConfirmedSender;
  forgiveness: Forgiveness;
  stop: AbortSignal;
  logger: Logger;
}): HeldDeliveries => {
  const held = new Set<Delivery>();

  /** False when the delivery is not ours any more: its link is gone, or it was settled before. */
  const settle = (delivery: Delivery, how: (channel: Channel, message: Message) => void): boolean => {
    if (!delivery.link.alive() || !held.delete(delivery)) return false;
    try {
      how(delivery.channel, delivery.message);
    } catch (error) {
      logger.debug({ err: error, queue }, 'the channel closed before a message was settled');
    }
    return true;
  };

  const acknowledge = (delivery: Delivery): void => {
    const settled = settle(delivery, (channel, message) => channel.ack(message));
    if (settled) forgiveness.settled(messageIdOf(delivery.message));
  };

  const handBack = async (delivery: Delivery): Promise<void> => {
    await sleep(HAND_BACK_PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
    forgiveness.add(messageIdOf(delivery.message));
    // Failure is a reject, shutdown a nack: RabbitMQ 4.3 counts only the first against the delivery limit.
    settle(delivery, (channel, message) => channel.reject(message, true));
  };

  return {
    hold: (delivery) => {
      held.add(delivery);
    },
    holds: (delivery) => held.has(delivery),
    count: () => held.size,
    acknowledge,
    replaceByCopy: async (delivery, exchange, routingKey, marks) => {
      const { message } = delivery;
      try {
        await sender.send(exchange, routingKey, message.content, propertiesOfCopy(message, marks));
      } catch (error) {
        logger.warn({ err: error, queue, id: messageIdOf(message) }, 'a copy was not stored; the message goes back');
        return handBack(delivery);
      }
      acknowledge(delivery);
    },
    handBack,
    handBackAll: () => {
      for (const delivery of held) settle(delivery, (channel, message) => channel.nack(message, false, true));
    },
    letGo: () => {
      for (const { message } of held) {
        forgiveness.add(messageIdOf(message));
      }
      held.clear();
    },
  };
};
