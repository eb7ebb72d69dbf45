import type { Options } from 'amqplib';
import type { Logger } from 'pino';
import type { ConfirmedSender } from './confirmed-sender.ts';
import type { Link } from './link.ts';
import { EVENTS_EXCHANGE } from './topology.ts';

export type OutgoingMessage = {
  messageId: string;
  type: string;
  /** ISO 8601. */
  timestamp: string;
  correlationId: string;
  body: Buffer;
  routingKey: string;
  /** @default 'tiffin.events' */
  exchange?: string;
  headers?: Record<string, string | number>;
  /** @default true */
  persistent?: boolean;
  /** @default true */
  mandatory?: boolean;
};

export type Publisher = {
  /**
   * Resolves only when the broker has stored the message for at least one queue. Rejects with UnroutableError,
   * PublishTimeoutError, BrokerAwayError or PublishRefusedError. Messages leave in the order of the calls; when the window is
   * full a call waits for room; without a link it rejects at once, for the caller holds the message durably.
   */
  publish(message: OutgoingMessage): Promise<void>;
  /** Fire and forget, for what is worthless a second later: dropped while the broker is away, blocked or slow. */
  publishTransient(message: OutgoingMessage): void;
  /** False while the broker is away or blocked: a publish would reject at once. */
  accepting(): boolean;
  pending(): number;
};

/** The transient half follows the link by itself. */
export type LinkedPublisher = Publisher & { attach(link: Link): void; detach(): void };

export const createPublisher = ({
  sender,
  service,
  logger,
}: {
  sender: ConfirmedSender;
  service: string;
  logger: Logger;
}): LinkedPublisher => {
  let link: Link | undefined;
  let bufferFull = false;

  const propertiesOf = (message: OutgoingMessage): Options.Publish => ({
    messageId: message.messageId,
    type: message.type,
    // AMQP counts whole seconds; the exact instant is in the body.
    timestamp: Math.floor(Date.parse(message.timestamp) / 1000),
    correlationId: message.correlationId,
    contentType: 'application/json',
    appId: service,
    persistent: message.persistent ?? true,
    mandatory: message.mandatory ?? true,
    headers: message.headers,
  });

  return {
    publish: (message) =>
      sender.send(message.exchange ?? EVENTS_EXCHANGE, message.routingKey, message.body, propertiesOf(message)),
    publishTransient: (message) => {
      if (!link?.alive() || bufferFull || !sender.accepting()) return;
      const properties = { ...propertiesOf(message), persistent: false, mandatory: false };
      const exchange = message.exchange ?? EVENTS_EXCHANGE;
      try {
        bufferFull = !link.transients.publish(exchange, message.routingKey, message.body, properties);
      } catch (error) {
        // The channel closed in this very moment; the link is being rebuilt.
        logger.debug({ err: error, type: message.type }, 'a transient message was dropped');
      }
    },
    accepting: sender.accepting,
    pending: sender.pending,
    attach: (next) => {
      link = next;
      bufferFull = false;
      next.transients.on('drain', () => {
        bufferFull = false;
      });
    },
    detach: () => {
      link = undefined;
    },
  };
};
