import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the messaging runtime counts. Label sets stay small: queues and reasons are known words, ids never appear. */
export type MessagingMetrics = {
  published(result: PublishResult): void;
  confirmSeconds(seconds: number): void;
  consumed(queue: string, outcome: string): void;
  retried(queue: string): void;
  dead(queue: string, reason: string): void;
  inFlight(queue: string, change: 1 | -1): void;
};

export type PublishResult = 'confirmed' | 'returned' | 'refused' | 'timed-out' | 'away';

const silent: MessagingMetrics = {
  published: () => undefined,
  confirmSeconds: () => undefined,
  consumed: () => undefined,
  retried: () => undefined,
  dead: () => undefined,
  inFlight: () => undefined,
};

/** Registers the measures in `registry`; without one nothing is measured. */
export const createMessagingMetrics = (registry: Registry | undefined): MessagingMetrics => {
  if (!registry) return silent;
  const registers = [registry];
  const published = new Counter({
    name: 'messaging_published_total',
    help: 'Messages handed to the broker, by what became of them',
    labelNames: ['result'],
    registers,
  });
  const confirm = new Histogram({
    name: 'messaging_confirm_seconds',
    help: 'Time from publish to the confirm of the broker',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const consumed = new Counter({
    name: 'messaging_consumed_total',
    help: 'Messages handled, by outcome',
    labelNames: ['queue', 'outcome'],
    registers,
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
  const inFlight = new Gauge({
    name: 'messaging_in_flight',
    help: 'Messages delivered and not yet settled',
    labelNames: ['queue'],
    registers,
  });
  return {
    published: (result) => published.inc({ result }),
    confirmSeconds: (seconds) => confirm.observe(seconds),
    consumed: (queue, outcome) => consumed.inc({ queue, outcome }),
    retried: (queue) => retried.inc({ queue }),
    dead: (queue, reason) => dead.inc({ queue, reason }),
    inFlight: (queue, change) => inFlight.inc({ queue }, change),
  };
};
