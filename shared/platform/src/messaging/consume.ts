import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '@tiffin/contracts/envelope';
import type { Channel, Message } from 'amqplib';
import type { Logger } from 'pino';
import type { ConfirmedSender } from './confirmed-sender.ts';
import { type CrashVerdict, createForgiveness, DEAD_FROM_CRASHES, weighCrashes } from './crash-count.ts';
import { attemptOf, type Incoming, type Parse, readMessage, toIncoming } from './incoming.ts';
import type { Isolation } from './isolation.ts';
import { createLanes } from './lanes.ts';
import type { Link } from './link.ts';
import { type CopyMarks, CRASHES_HEADER, countHeader, headersOf, propertiesOfCopy } from './message-headers.ts';
import type { MessagingMetrics } from './metrics.ts';
import type { Outcome } from './outcome.ts';
import { DEAD_EXCHANGE, RETRY_EXCHANGE, retryKey } from './topology.ts';
import { type Handled, judge } from './verdict.ts';

export type ConsumerSpec = {
  queue: string;
  /** How many messages are held, and at most handled at once. @default 16 */
  prefetch?: number;
  parse: Parse;
  /** Called in order for one `event.subject`, at once for different ones. A throw is a fault and goes up the retry ladder. */
  handle(message: Incoming): Promise<Outcome>;
};

export type Consumer = {
  /** Consumes over this link. Rejects when the link does not allow it. */
  attach(link: Link): Promise<void>;
  /** The link is lost: what it delivered is no longer ours to settle. */
  detach(): void;
  /** Takes no more, waits for running handlers at most `deadlineMs`, hands the rest back to the queue. */
  drain(deadlineMs: number): Promise<void>;
};

/** A message and the channel its tag belongs to: a tag means another message on every other channel. */
type Delivery = { readonly message: Message; readonly channel: Channel; readonly link: Link };

const DEFAULT_PREFETCH = 16;
// Before a message goes back to the head of its queue because its copy could not be stored: never a hot loop.
const HAND_BACK_PAUSE_MS = 1_000;
const SUSPECT_PATIENCE_MS = 10_000;
const ENOUGH_DELIVERIES = 1_000;

const messageIdOf = ({ properties }: Message): string | undefined =>
  typeof properties.messageId === 'string' ? properties.messageId : undefined;

export const createConsumer = (
  spec: ConsumerSpec,
  {
    sender,
    isolation,
    stepsMs,
    logger,
    metrics,
  }: {
    sender: ConfirmedSender;
    isolation: Isolation;
    stepsMs: readonly number[];
    logger: Logger;
    metrics: MessagingMetrics;
  },
): Consumer => {
  const { queue } = spec;
  const held = new Set<Delivery>();
  const working = new Set<Promise<void>>();
  const lanes = createLanes();
  const forgiveness = createForgiveness();
  const stopping = new AbortController();
  let intake: { channel: Channel; tag: string } | undefined;

  /** The only way a delivery is settled: once, on its own channel, while that channel's link lives. Otherwise the broker redelivers. */
  const settle = (delivery: Delivery, how: (channel: Channel) => void) => {
    if (!delivery.link.alive() || !held.delete(delivery)) return;
    metrics.inFlight(queue, -1);
    try {
      how(delivery.channel);
    } catch (error) {
      logger.debug({ err: error, queue }, 'the channel closed before a message was settled');
    }
  };
  const acknowledge = (delivery: Delivery) => {
    settle(delivery, (channel) => channel.ack(delivery.message));
    forgiveness.settled(messageIdOf(delivery.message));
  };

  const handBack = async (delivery: Delivery) => {
    await sleep(HAND_BACK_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    forgiveness.add(messageIdOf(delivery.message));
    settle(delivery, (channel) => channel.reject(delivery.message, true));
  };

  /** Acknowledged only when the copy is stored: a message is in two places for a moment, never in none. */
  const replaceByCopy = async (delivery: Delivery, exchange: string, routingKey: string, marks: CopyMarks) => {
    const { message } = delivery;
    try {
      await sender.send(exchange, routingKey, message.content, propertiesOfCopy(message, marks));
    } catch (error) {
      logger.warn({ err: error, queue, id: messageIdOf(message) }, 'a copy was not stored; the message goes back');
      await handBack(delivery);
      return;
    }
    acknowledge(delivery);
  };

  const bury = (delivery: Delivery, reason: string, error: string, marks: CopyMarks = {}) => {
    logger.error({ queue, id: messageIdOf(delivery.message), reason, problem: error }, 'message dead-lettered');
    metrics.dead(queue, reason);
    return replaceByCopy(delivery, DEAD_EXCHANGE, queue, { ...marks, reason, error });
  };

  const conclude = async (delivery: Delivery, handled: Handled, attempt: number) => {
    metrics.consumed(queue, handled.kind);
    const verdict = judge(handled, attempt, stepsMs);
    switch (verdict.kind) {
      case 'ack':
        return acknowledge(delivery);
      case 'dead':
        return bury(delivery, verdict.reason, verdict.error, { attempt });
      case 'retry':
        metrics.retried(queue);
        return replaceByCopy(delivery, RETRY_EXCHANGE, retryKey(queue, verdict.stepMs), { attempt: verdict.attempt });
    }
  };

  const fault = (message: Message, error: unknown): Handled => {
    logger.error({ err: error, queue, id: messageIdOf(message) }, 'handling a message failed');
    return { kind: 'fault', error };
  };

  const handle = async (delivery: Delivery, event: Envelope, attempt: number) => {
    // While it waited for its lane its link may have gone, or we were told to stop.
    if (!held.has(delivery) || stopping.signal.aborted) return;
    const { message } = delivery;
    let handled: Handled;
    try {
      handled = await spec.handle(toIncoming(message, event, queue, attempt));
    } catch (error) {
      handled = fault(message, error);
    }
    await conclude(delivery, handled, attempt);
  };

  const work = (delivery: Delivery): Promise<void> => {
    const { message } = delivery;
    const attempt = attemptOf(message, stepsMs.length);
    let parsed: ReturnType<Parse>;
    try {
      parsed = readMessage(message, spec.parse);
    } catch (error) {
      return conclude(delivery, fault(message, error), attempt);
    }
    if (!parsed.ok) {
      metrics.consumed(queue, 'unreadable');
      return bury(delivery, parsed.reason, parsed.error, { attempt });
    }
    const { event } = parsed;
    return lanes(event.subject, () => handle(delivery, event, attempt));
  };

  const weigh = (message: Message): CrashVerdict => {
    const headers = headersOf(message);
    return weighCrashes({
      // On a first delivery the header is the publisher's invention.
      delivered: message.fields.redelivered ? countHeader(headers, 'x-delivery-count', ENOUGH_DELIVERIES) : 0,
      // Whoever forges it gets his message handled alone, no more.
      carried: countHeader(headers, CRASHES_HEADER, DEAD_FROM_CRASHES - 1),
      forgiven: forgiveness.of(messageIdOf(message)),
    });
  };

  /** Out of the process for the first step of the ladder, its counts kept. */
  const putOff = (delivery: Delivery, crashes: number) => {
    const attempt = attemptOf(delivery.message, stepsMs.length);
    return replaceByCopy(delivery, RETRY_EXCHANGE, retryKey(queue, stepsMs[0] ?? 0), { attempt, crashes });
  };

  const begin = async (delivery: Delivery, verdict: CrashVerdict): Promise<void> => {
    if (stopping.signal.aborted) return;
    switch (verdict.kind) {
      case 'handle':
        return work(delivery);
      case 'refresh':
        return putOff(delivery, verdict.crashes);
      case 'dead':
        return bury(delivery, 'crash-suspect', `the process died ${verdict.crashes} times while it held this message`, {
          attempt: attemptOf(delivery.message, stepsMs.length),
          crashes: verdict.crashes,
        });
      case 'alone': {
        if (!isolation.occupied()) return isolation.alone(() => work(delivery));
        const departure = putOff(delivery, verdict.crashes);
        isolation.leaving(departure);
        return departure;
      }
    }
  };

  const receive = (link: Link, channel: Channel, message: Message, verdict = weigh(message)): Promise<void> => {
    const delivery: Delivery = { message, channel, link };
    held.add(delivery);
    metrics.inFlight(queue, 1);
    // A throw here would run inside amqplib's frame parser and close the channel; as a rejection it is a fault of ours.
    const job: Promise<void> = begin(delivery, verdict)
      .catch((error: unknown) => {
        logger.error({ err: error, queue }, 'the consumer runtime failed');
        return handBack(delivery);
      })
      .then(() => {
        working.delete(job);
      });
    working.add(job);
    return job;
  };

  /**
   * Before messages are pushed: a queue gives what came back first, so suspects left by a crash are pulled and handled one by
   * one, with nothing else at hand, until the first message that is none.
   */
  const callSuspects = async (link: Link, channel: Channel) => {
    while (link.alive() && !stopping.signal.aborted) {
      const message = await channel.get(queue);
      if (!message) return;
      const verdict = weigh(message);
      const job = receive(link, channel, message, verdict);
      if (verdict.kind === 'handle') return;
      await Promise.race([job, sleep(SUSPECT_PATIENCE_MS, undefined, { ref: false })]);
    }
  };

  return {
    attach: async (link) => {
      if (stopping.signal.aborted) return;
      const channel = await link.openChannel();
      await channel.prefetch(spec.prefetch ?? DEFAULT_PREFETCH);
      await callSuspects(link, channel);
      if (stopping.signal.aborted) return;
      const tag = `${queue}.${link.generation}`;
      intake = { channel, tag };
      const onMessage = (message: Message | null) => {
        // The server cancelled the consumer: its queue was deleted or moved. Only a new link, which declares it again, helps.
        if (message === null) link.lose(new Error(`the broker cancelled the consumer of '${queue}'`));
        else void receive(link, channel, message);
      };
      await channel.consume(queue, onMessage, { consumerTag: tag });
    },
    detach: () => {
      intake = undefined;
      for (const { message } of held) {
        forgiveness.add(messageIdOf(message));
        metrics.inFlight(queue, -1);
      }
      held.clear();
    },
    drain: async (deadlineMs) => {
      stopping.abort();
      // Rejects when the link goes in this moment; then nothing is delivered either.
      if (intake) await intake.channel.cancel(intake.tag).catch(() => undefined);
      await Promise.race([Promise.all(working), sleep(deadlineMs, undefined, { ref: false })]);
      for (const delivery of held) settle(delivery, (channel) => channel.nack(delivery.message, false, true));
    },
  };
};
