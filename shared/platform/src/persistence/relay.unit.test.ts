import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createRelay } from './relay.ts';
import type { StreamEvent } from './stored.ts';

const logger = pino({ level: 'silent' });
const event = (seq: number): StreamEvent => ({
  id: `e${seq}`,
  seq,
  type: 'THING_HAPPENED',
  version: 1,
  timestamp: '2026-11-01T10:00:00.000Z',
  data: {},
  correlationId: 'c',
  causationId: null,
});

/** A bus that notes what leaves, fails for the numbers given, and lets the test decide when a confirm comes. */
const aBus = ({ failOnce = [] as number[] } = {}) => {
  const left: number[] = [];
  const marked: number[] = [];
  const failing = new Set(failOnce);
  return {
    left,
    marked,
    work: (seqs: readonly number[], more: { key?: string; again?: boolean } = {}) => ({
      key: 'order/1',
      events: seqs.map(event),
      publish: async ({ seq }: StreamEvent) => {
        await Promise.resolve();
        if (failing.delete(seq)) throw new Error('nobody is there');
        left.push(seq);
      },
      markSent: (seq: number) => marked.push(seq),
      ...more,
    }),
  };
};

it('publishes in order and marks the last when all are confirmed', async () => {
  const relay = createRelay({ accepting: () => true, logger });
  const bus = aBus();
  relay.handOver(bus.work([1, 2, 3]));
  await relay.idle();
  expect(bus.left).toEqual([1, 2, 3]);
  expect(bus.marked).toEqual([3]);
});

it('what is handed over twice leaves once, unless it is asked for again', async () => {
  const relay = createRelay({ accepting: () => true, logger });
  const bus = aBus();
  relay.handOver(bus.work([1, 2]));
  relay.handOver(bus.work([1, 2, 3]));
  await relay.idle();
  expect(bus.left).toEqual([1, 2, 3]);
  relay.handOver(bus.work([1, 2, 3], { again: true }));
  await relay.idle();
  expect(bus.left).toEqual([1, 2, 3, 1, 2, 3]);
});

it('an event that does not leave holds back those after it, and nothing is marked', async () => {
  const relay = createRelay({ accepting: () => true, logger });
  const bus = aBus({ failOnce: [2] });
  relay.handOver(bus.work([1, 2]));
  relay.handOver(bus.work([1, 2, 3]));
  await relay.idle();
  expect(bus.left).toEqual([1]);
  expect(bus.marked).toEqual([]);
  relay.handOver(bus.work([1, 2, 3]));
  await relay.idle();
  expect(bus.left).toEqual([1, 1, 2, 3]);
  expect(bus.marked).toEqual([3]);
});

it('one document’s failure does not touch another’s events', async () => {
  const relay = createRelay({ accepting: () => true, logger });
  const [bad, good] = [aBus({ failOnce: [1] }), aBus()];
  relay.handOver(bad.work([1], { key: 'order/bad' }));
  relay.handOver(good.work([1], { key: 'order/good' }));
  await relay.idle();
  expect(bad.marked).toEqual([]);
  expect(good.marked).toEqual([1]);
});

it('forgets what it is given while the broker is away or when too much waits', async () => {
  let away = true;
  const relay = createRelay({ accepting: () => !away, logger, maxQueued: 2 });
  const bus = aBus();
  relay.handOver(bus.work([1]));
  away = false;
  relay.handOver(bus.work([1, 2, 3]));
  await relay.idle();
  expect(bus.left).toEqual([]);
  relay.handOver(bus.work([1, 2]));
  await relay.idle();
  expect(bus.left).toEqual([1, 2]);
});
