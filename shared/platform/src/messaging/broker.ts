import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '@tiffin/contracts/envelope';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createConfirmedSender } from './confirmed-sender.ts';
import { withoutPassword } from './connection.ts';
import type { ConsumerSpec, TransientSpec } from './consume.ts';
import { createConsumer } from './consumer.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { createIsolation } from './isolation.ts';
import { type Link, type Member, openLink } from './link.ts';
import { createListener } from './listen.ts';
import { createMessagingMetrics } from './metrics.ts';
import { BrokerAwayError } from './publish-errors.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { createQueueDepths, type QueueDepths } from './queue-depths.ts';
import { keepLinked } from './session.ts';
import { checkTopology, type DurableQueue, declareTopology, RETRY_STEPS_MS } from './topology.ts';
import { TopologyMismatch } from './topology-mismatch.ts';

export type BrokerOptions = {
  url: string;
  /** Names connections and messages. */
  service: string;
  queues: readonly DurableQueue[];
  /** `declare` creates what is missing at each new link; `check` only looks. */
  topology: 'declare' | 'check';
  logger: Logger;
  metrics?: Registry;
  /** @default RETRY_STEPS_MS; the queues are named after it, so every process of a broker needs the same. */
  retryStepsMs?: readonly number[];
  now?: () => Date;
  /** Unconfirmed messages at most. @default 500 */
  window?: number;
  /** @default 8 s */
  confirmTimeoutMs?: number;
};

export type BrokerStatus = {
  state: 'up' | 'away' | 'blocked' | 'misdeclared';
  detail?: string;
  since: Date;
};

export type Broker = {
  /** Connects in the background, for ever, until `close`. Never throws: a service boots while the broker is away. */
  start(): void;
  /** Resolves the first time the topology is up. */
  ready(): Promise<void>;
  status(): BrokerStatus;
  publisher: Publisher;
  /** Those of `queues`. */
  deadLetters: DeadLetters;
  queueDepths: QueueDepths;
  /** Before or after `start`; survives every reconnect. */
  consume<Event extends Envelope>(spec: ConsumerSpec<Event>): void;
  listen<Event extends Envelope>(spec: TransientSpec<Event>): void;
  /** Takes no more messages, lets running handlers end (15 s unless told), hands the rest back, awaits confirms. */
  drain(deadlineMs?: number): Promise<void>;
  /** Closes channels (which flushes acks), then connections. */
  close(): Promise<void>;
};

const WINDOW = 500;
// A healthy broker confirms within milliseconds; after this the link is not trusted any more.
const CONFIRM_TIMEOUT_MS = 8_000;
const DRAIN_MS = 15_000;

// An attempt at several addresses of one name fails with an empty text and a code.
const textOf = (why: Error): string => why.message || ('code' in why ? String(why.code) : why.name);

/** The session with the broker: one link at a time, rebuilt as a whole after any loss. */
export const createBroker = (options: BrokerOptions): Broker => {
  const { url, service, queues, retryStepsMs = RETRY_STEPS_MS, now = () => new Date() } = options;
  const logger = options.logger.child({ vhost: withoutPassword(url) });
  const metrics = createMessagingMetrics(options.metrics);
  const { window = WINDOW, confirmTimeoutMs = CONFIRM_TIMEOUT_MS } = options;
  const sender = createConfirmedSender({ window, confirmTimeoutMs, metrics });
  const publisher = createPublisher({ sender, service, logger });
  const openAside = async () => {
    if (!current || !usable) throw new BrokerAwayError('no link to the broker');
    return current.openAside();
  };
  const queueNames = queues.map(({ name }) => name);
  const deadLetters = createDeadLetters({ queues: queueNames, sender, openChannel: openAside });
  const isolation = createIsolation();
  const members: Member[] = [];
  const closing = new AbortController();
  const wakeReady: (() => void)[] = [];
  let blockedBy: string | undefined;
  let usable = false;
  let status: BrokerStatus = { state: 'away', detail: 'not started', since: now() };
  let current: Link | undefined;
  let running: Promise<void> | undefined;

  const enter = (state: BrokerStatus['state'], detail?: string) => {
    if (status.state === state && status.detail === detail) return;
    status = { state, since: now(), ...(detail !== undefined && { detail }) };
    if (state === 'up') logger.info({ state }, 'the broker link is up');
    else logger.warn({ state, problem: detail }, 'the broker link is not usable');
  };

  const showUsable = () => enter(blockedBy === undefined ? 'up' : 'blocked', blockedBy);
  const setBlocked = (reason: string | undefined) => {
    blockedBy = reason;
    sender.setBlocked(reason !== undefined);
    if (usable) showUsable();
  };

  const open = (generation: number): Promise<Link> =>
    openLink({
      url,
      service,
      generation,
      giveUp: closing.signal,
      prepare: (channel) => {
        const prepare = options.topology === 'declare' ? declareTopology : checkTopology;
        return prepare(channel, queues, retryStepsMs);
      },
      onBlocked: setBlocked,
      onUnblocked: () => setBlocked(undefined),
    });

  const use = async (link: Link) => {
    current = link;
    // Before the consumers: their copies need it.
    sender.attach(link);
    publisher.attach(link);
    // A member added meanwhile is reached by this very loop, one added after it by `add`.
    for (const member of members) await member.attach(link);
    if (!link.alive()) return;
    usable = true;
    showUsable();
    for (const wake of wakeReady.splice(0)) wake();
  };

  const leave = (why: Error) => {
    current = undefined;
    usable = false;
    blockedBy = undefined;
    sender.detach(`the link was lost: ${why.message}`);
    publisher.detach();
    for (const member of members) member.detach();
    enter(why instanceof TopologyMismatch ? 'misdeclared' : 'away', textOf(why));
  };

  const add = (member: Member) => {
    members.push(member);
    const link = current;
    if (link && usable) member.attach(link).catch(link.lose);
  };

  return {
    start: () => {
      running ??= keepLinked({ open, use, leave, stop: closing.signal, random: Math.random });
    },
    ready: () =>
      new Promise((resolve) => {
        if (usable) resolve();
        else wakeReady.push(resolve);
      }),
    status: () => status,
    publisher,
    deadLetters,
    queueDepths: createQueueDepths({
      queues: queueNames,
      stepsMs: retryStepsMs,
      held: deadLetters.held,
      linked: () => usable,
      openChannel: openAside,
    }),
    consume: (spec) => add(createConsumer(spec, { sender, isolation, stepsMs: retryStepsMs, logger, metrics, now })),
    listen: (spec) => add(createListener(spec, { logger })),
    drain: async (deadlineMs = DRAIN_MS) => {
      const drained = Promise.all(members.map((member) => member.drain(deadlineMs))).then(() => sender.idle());
      await Promise.race([drained, sleep(deadlineMs, undefined, { ref: false })]);
    },
    close: async () => {
      closing.abort();
      await current?.close();
      await running;
    },
  };
};
