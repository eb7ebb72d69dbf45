import type { Channel } from 'amqplib';
import { explainRefusal } from './topology-mismatch.ts';

export const EVENTS_EXCHANGE = 'tiffin.events';
export const RETRY_EXCHANGE = 'tiffin.retry';
export const DEAD_EXCHANGE = 'tiffin.dead';

/** The ladder: how long a message waits before attempt 2, 3, … A queue per delay, because a queue with a delay per message blocks at its head. */
export const RETRY_STEPS_MS: readonly number[] = [1_000, 5_000, 15_000, 60_000, 300_000];

/** A queue that outlives every process, with the routing keys of the events exchange that feed it. */
export type DurableQueue = { name: string; bindings: readonly string[] };

export const retryKey = (queue: string, stepMs: number) => `${queue}.${stepMs}`;
export const retryQueue = (queue: string, stepMs: number) => `${queue}.retry.${stepMs}`;
export const deadQueue = (queue: string) => `${queue}.dead`;

// A misspelt `x-` argument is accepted and ignored by the broker, so each of these is held by a test of its behaviour.

/** At-least-once dead letters need reject-publish; a full queue then nacks its publisher instead of dropping. */
const KEEP_UNTIL_STORED = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };

const mainArguments = (queue: string) => ({
  'x-queue-type': 'quorum',
  // The back stop behind our own crash count. Never -1: zero on RabbitMQ 3.10, unlimited on 4.x.
  'x-delivery-limit': 20,
  'x-dead-letter-exchange': DEAD_EXCHANGE,
  'x-dead-letter-routing-key': queue,
  ...KEEP_UNTIL_STORED,
  'x-max-length': 100_000,
});

const retryArguments = (queue: string, stepMs: number) => ({
  'x-queue-type': 'quorum',
  'x-message-ttl': stepMs,
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': queue,
  ...KEEP_UNTIL_STORED,
});

// RabbitMQ 4 would drop a letter that was looked at 20 times.
const DEAD_ARGUMENTS = { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 };

const EXCHANGES = [
  [EVENTS_EXCHANGE, 'topic'],
  [RETRY_EXCHANGE, 'direct'],
  [DEAD_EXCHANGE, 'direct'],
] as const;

const explained = async (subject: string, declaration: Promise<unknown>): Promise<void> => {
  try {
    await declaration;
  } catch (error) {
    throw explainRefusal(error, subject);
  }
};

const declareQueue = async (channel: Channel, { name, bindings }: DurableQueue, stepsMs: readonly number[]) => {
  const declare = (queue: string, queueArguments: object) =>
    explained(queue, channel.assertQueue(queue, { durable: true, arguments: queueArguments }));

  // The way out of a queue before the queue: with no `.dead` bound, letters stay hidden inside their source for minutes.
  await declare(deadQueue(name), DEAD_ARGUMENTS);
  await channel.bindQueue(deadQueue(name), DEAD_EXCHANGE, name);
  for (const stepMs of stepsMs) {
    await declare(retryQueue(name, stepMs), retryArguments(name, stepMs));
    await channel.bindQueue(retryQueue(name, stepMs), RETRY_EXCHANGE, retryKey(name, stepMs));
  }
  await declare(name, mainArguments(name));
  for (const routingKey of bindings) await channel.bindQueue(name, EVENTS_EXCHANGE, routingKey);
};

/**
 * Declares exchanges, queues, ladders and bindings; run again it changes nothing and repairs what is missing.
 * Throws TopologyMismatch when something exists with other arguments; the broker has then closed the channel.
 */
export const declareTopology = async (
  channel: Channel,
  queues: readonly DurableQueue[],
  stepsMs: readonly number[] = RETRY_STEPS_MS,
): Promise<void> => {
  for (const [exchange, type] of EXCHANGES) {
    await explained(exchange, channel.assertExchange(exchange, type, { durable: true }));
  }
  for (const queue of queues) await declareQueue(channel, queue, stepsMs);
};

/**
 * Looks whether everything exists, changing nothing (for services that may not configure the broker).
 * AMQP shows neither bindings nor arguments, so this finds what is missing, not what differs.
 * Throws TopologyMismatch (`missing`) at the first gap; the broker has then closed the channel.
 */
export const checkTopology = async (
  channel: Channel,
  queues: readonly DurableQueue[],
  stepsMs: readonly number[] = RETRY_STEPS_MS,
): Promise<void> => {
  for (const [exchange] of EXCHANGES) await explained(exchange, channel.checkExchange(exchange));
  for (const { name } of queues) {
    const family = [name, deadQueue(name), ...stepsMs.map((stepMs) => retryQueue(name, stepMs))];
    for (const queue of family) await explained(queue, channel.checkQueue(queue));
  }
};
