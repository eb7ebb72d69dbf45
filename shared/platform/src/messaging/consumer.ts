import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '@tiffin/contracts/envelope';
import type { Channel, Message } from 'amqplib';
import type { Logger } from 'pino';
import { createLanes } from '../lanes.ts';
import { cancelQuietly } from './cancel.ts';
import type { ConfirmedSender } from './confirmed-sender.ts';
import type { ConsumerSpec, ParseResult } from './consume.ts';
import { type CrashVerdict, crashVerdictOf, createForgiveness } from './crash-count.ts';
import { createHeldDeliveries, type Delivery } from './held-deliveries.ts';
import { inTime } from './in-time.ts';
import { attemptOf, readMessage, toIncoming } from './incoming.ts';
import type { Isolation } from './isolation.ts';
import type { Link, Member } from './link.ts';
import { type CopyMarks, messageIdOf } from './message-headers.ts';
import type { MessagingMetrics } from './metrics.ts';
import { DEAD_EXCHANGE, RETRY_EXCHANGE, retryKey } from './topology.ts';
import { type Handled, judge } from './verdict.ts';

export type ConsumerParts = {
  sender: ConfirmedSender;
  isolation: Isolation;
  stepsMs: readonly number[];
  logger: Logger;
  metrics: MessagingMetrics;
  now: () => Date;
};

const DEFAULT_PREFETCH = 16;
// A suspect that takes longer goes on by itself, and the queue is consumed beside it.
const SUSPECT_PATIENCE_MS = 10_000;

/** The runtime behind one ConsumerSpec. */
export const createConsumer = <Event extends Envelope>(spec: ConsumerSpec<Event>, parts: ConsumerParts): Member => {
  const { isolation, stepsMs, logger, now } = parts;
  const { queue } = spec;
  const stopping = new AbortController();
  const forgiveness = createForgiveness();
  const held = createHeldDeliveries({ ...parts, queue, forgiveness, stop: stopping.signal });
  const metrics = parts.metrics.ofQueue(queue, held.count);
  const lanes = createLanes();
  let jobs = 0;
  let wakeIdle: () => void = () => undefined;
  let intake: { channel: Channel; tag: string } | undefined;

  const bury = (delivery: Delivery, reason: string, error: string, marks: CopyMarks): Promise<void> => {
    logger.error({ queue, id: messageIdOf(delivery.message), reason, problem: error }, 'a message was dead-lettered');
    metrics.dead(reason);
    return held.replaceByCopy(delivery, DEAD_EXCHANGE, queue, { ...marks, reason, error, deadAt: now() });
  };

  /** Undefined when nothing is left to wait for, which is nearly always. */
  const conclude = (delivery: Delivery, handled: Handled, attempt: number): Promise<void> | undefined => {
    metrics.consumed(handled.kind);
    if (handled.kind === 'fault') {
      logger.error(
        { err: handled.error, queue, id: messageIdOf(delivery.message), attempt },
        'handling a message failed',
      );
    }
    const verdict = judge(handled, attempt, stepsMs);
    switch (verdict.kind) {
      case 'ack':
        held.acknowledge(delivery);
        return undefined;
      case 'dead':
        return bury(delivery, verdict.reason, verdict.error, { attempt });
      case 'retry': {
        metrics.retried();
        const key = retryKey(queue, verdict.stepMs);
        return held.replaceByCopy(delivery, RETRY_EXCHANGE, key, { attempt: verdict.attempt });
      }
    }
  };

  const handle = async (delivery: Delivery, event: Event, attempt: number): Promise<void> => {
    // While it waited for its lane its link may have gone, or we were told to stop.
    if (!held.holds(delivery) || stopping.signal.aborted) return;
    let handled: Handled;
    try {
      handled = await spec.handle(toIncoming(delivery.message, event, queue, attempt));
    } catch (error) {
      handled = { kind: 'fault', error };
    }
    const copied = conclude(delivery, handled, attempt);
    if (copied !== undefined) await copied;
  };

  const work = (delivery: Delivery): Promise<void> => {
    const attempt = attemptOf(delivery.message, stepsMs.length);
    let read: ParseResult<Event>;
    try {
      read = readMessage(delivery.message, spec.parse);
    } catch (error) {
      return conclude(delivery, { kind: 'fault', error }, attempt) ?? Promise.resolve();
    }
    if (!read.ok) {
      metrics.consumed('unreadable');
      return bury(delivery, read.reason, read.error, { attempt });
    }
    const { event } = read;
    return lanes(event.subject, () => handle(delivery, event, attempt));
  };

  /** Out of the process for the first step of the ladder, with its counts. */
  const putOff = (delivery: Delivery, crashes: number): Promise<void> => {
    const attempt = attemptOf(delivery.message, stepsMs.length);
    return held.replaceByCopy(delivery, RETRY_EXCHANGE, retryKey(queue, stepsMs[0] ?? 0), { attempt, crashes });
  };

  const begin = (delivery: Delivery, verdict: CrashVerdict): Promise<void> => {
    switch (verdict.kind) {
      case 'handle':
        return work(delivery);
      case 'refresh':
        return putOff(delivery, verdict.crashes);
      case 'dead': {
        const error = `the process died ${verdict.crashes} times while it held this message`;
        const attempt = attemptOf(delivery.message, stepsMs.length);
        return bury(delivery, 'crash-suspect', error, { attempt, crashes: verdict.crashes });
      }
      case 'alone': {
        if (!isolation.occupied()) return isolation.alone(() => work(delivery));
        const departure = putOff(delivery, verdict.crashes);
        isolation.leaving(departure);
        return departure;
      }
    }
  };

  /** Never throws, for that would run inside amqplib's frame parser and close the channel; never rejects. */
  const receive = async (delivery: Delivery, verdict: CrashVerdict): Promise<void> => {
    held.hold(delivery);
    jobs += 1;
    try {
      if (!stopping.signal.aborted) await begin(delivery, verdict);
    } catch (error) {
      logger.error({ err: error, queue }, 'the consumer runtime failed');
      await held.handBack(delivery);
    }
    jobs -= 1;
    if (jobs === 0) wakeIdle();
  };

  /**
   * Before messages are pushed: a queue gives first what came back to it, so suspects left by a crash are pulled and handled one by
   * one, with nothing else of this queue at hand, until the first message that is none.
   */
  const callSuspects = async (link: Link, channel: Channel): Promise<void> => {
    while (link.alive() && !stopping.signal.aborted) {
      const message = await inTime(`get from ${queue}`, channel.get(queue));
      if (!message) return;
      const verdict = crashVerdictOf(message, forgiveness);
      const job = receive({ message, channel, link }, verdict);
      if (verdict.kind === 'handle') return;
      await Promise.race([job, sleep(SUSPECT_PATIENCE_MS, undefined, { ref: false })]);
    }
  };

  const idle = () =>
    new Promise<void>((resolve) => {
      wakeIdle = resolve;
      if (jobs === 0) resolve();
    });

  return {
    attach: async (link) => {
      if (stopping.signal.aborted) return;
      const channel = await link.openChannel();
      await inTime('prefetch', channel.prefetch(spec.prefetch ?? DEFAULT_PREFETCH));
      await callSuspects(link, channel);
      if (stopping.signal.aborted) return;
      const tag = `${queue}.${link.generation}`;
      intake = { channel, tag };
      const onMessage = (message: Message | null) => {
        // The broker cancelled the consumer: its queue was deleted or moved. Only a new link, which declares it again, helps.
        if (message === null) link.lose(new Error(`the broker cancelled the consumer of '${queue}'`));
        else void receive({ message, channel, link }, crashVerdictOf(message, forgiveness));
      };
      await inTime(`consume ${queue}`, channel.consume(queue, onMessage, { consumerTag: tag }));
    },
    detach: () => {
      intake = undefined;
      held.letGo();
    },
    drain: async (deadlineMs) => {
      stopping.abort();
      if (intake) await cancelQuietly(intake.channel, intake.tag);
      await Promise.race([idle(), sleep(deadlineMs, undefined, { ref: false })]);
      held.handBackAll();
    },
  };
};
