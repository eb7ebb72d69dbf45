import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the messaging runtime measures. Label sets stay small: queues, outcomes and reasons are known words, ids never appear. */
export type MessagingMetrics = {
  published(result: PublishResult): void;
  confirmSeconds(seconds: number): void;
  /** The measures of one queue; `held` tells how many of its messages are delivered and not settled. */
  ofQueue(queue: string, held: () => number): QueueMetrics;
};

export type QueueMetrics = {
  consumed(outcome: string): void;
  retried(): void;
  dead(reason: string): void;
};

export type PublishResult = 'confirmed' | 'returned' | 'refused' | 'timed-out' | 'away';

const silent: MessagingMetrics = {
  published: () => undefined,
  confirmSeconds: () => undefined,
  ofQueue: () => ({ consumed: () => undefined, retried: () => undefined, dead: () => undefined }),
};

/** Counts by one label, handed to Prometheus when it asks: an increment there costs a microsecond, which a message notices. */
const createTally = () => {
  const counts = new Map<string, number>();
  return {
    add: (label: string) => counts.set(label, (counts.get(label) ?? 0) + 1),
    flush: (give: (label: string, count: number) => void) => {
      for (const [label, count] of counts) give(label, count);
      counts.clear();
    },
  };
};

/** Registers the measures in `registry`; without one nothing is measured. */
export const createMessagingMetrics = (registry: Registry | undefined): MessagingMetrics => {
  if (!registry) return silent;
  const registers = [registry];
  const results = createTally();
  const queues: { queue: string; outcomes: ReturnType<typeof createTally>; held: () => number }[] = [];

  new Counter({
    name: 'messaging_published_total',
    help: 'Messages handed to the broker, by what became of them',
    labelNames: ['result'],
    registers,
    collect() {
      results.flush((result, count) => this.inc({ result }, count));
    },
  });
  const confirm = new Histogram({
    name: 'messaging_confirm_seconds',
    help: 'Time from publish to the confirm of the broker',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  new Counter({
    name: 'messaging_consumed_total',
    help: 'Messages handled, by outcome',
    labelNames: ['queue', 'outcome'],
    registers,
    collect() {
      for (const { queue, outcomes } of queues) outcomes.flush((outcome, count) => this.inc({ queue, outcome }, count));
    },
  });
  new Gauge({
    name: 'messaging_in_flight',
    help: 'Messages delivered and not yet settled',
    labelNames: ['queue'],
    registers,
    collect() {
      for (const { queue, held } of queues) this.set({ queue }, held());
    },
  });
  const retried = new Counter({
    name: 'messaging_retried_total',
    help: 'Messages sent up the retry ladder',
    labelNames: ['queue'],
    registers,
  });
  const dead = new Counter({
    name: 'messaging_dead_total',
    help: 'Messages dead-lettered, by reason',
    labelNames: ['queue', 'reason'],
    registers,
  });
  return {
    published: results.add,
    confirmSeconds: (seconds) => confirm.observe(seconds),
    ofQueue: (queue, held) => {
      const outcomes = createTally();
      queues.push({ queue, outcomes, held });
      return {
        consumed: outcomes.add,
        retried: () => retried.inc({ queue }),
        dead: (reason) => dead.inc({ queue, reason }),
      };
    },
  };
};
