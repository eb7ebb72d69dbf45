import type { Envelope } from '@tiffin/contracts/envelope';
import { describe, expect, it } from 'vitest';
import { createAssignments } from './assignments.ts';
import { createFigures } from './figures.ts';
import { createLatency } from './latencies.ts';
import { createOverdueOrders } from './overdue-orders.ts';
import { spreadOf } from './spread.ts';
import { createStreamGaps } from './stream-gaps.ts';

const NOON = Date.parse('2026-11-01T12:00:00.000Z');
const MINUTE = 60_000;

let made = 0;
const event = (type: string, subject: string, seq: number, atMs: number, data: object = {}): Envelope => {
  made += 1;
  return {
    ...{ id: `e${made}`, type, version: 1, subject, seq, source: 'rider', correlationId: 'c', causationId: null },
    timestamp: new Date(atMs).toISOString(),
    data: { orderId: subject, ...data },
  };
};
const ofDelivery = (type: string, orderId: string, seq: number, atMs: number, riderId?: string): Envelope =>
  event(type, orderId, seq, atMs, { delivery: { status: 'assigned', ...(riderId && { riderId }) } });

describe('missing events', () => {
  it('are the holes in a stream, once the log had time to be late', () => {
    const gaps = createStreamGaps();
    for (const seq of [1, 2, 5]) gaps.hear(event('A', 'o1', seq, NOON), NOON);
    expect(gaps.count(NOON + 10_000)).toBe(0);
    expect(gaps.count(NOON + 20_000)).toBe(2);
    gaps.hear(event('A', 'o1', 3, NOON), NOON + 30_000);
    gaps.hear(event('A', 'o1', 4, NOON), NOON + 30_000);
    expect(gaps.count(NOON + 60_000)).toBe(0);
  });

  it('are to be looked for from the event before them on', () => {
    const gaps = createStreamGaps();
    gaps.hear(event('A', 'o1', 1, NOON), NOON + 9_000);
    expect(gaps.missingSinceMs()).toBeUndefined();
    gaps.hear(event('A', 'o1', 3, NOON + 5_000), NOON + 9_000);
    expect(gaps.missingSinceMs()).toBe(NOON);
    gaps.hear(event('A', 'o1', 2, NOON + 1_000), NOON + 9_000);
    expect(gaps.missingSinceMs()).toBeUndefined();
  });

  it('are none where a stream is first heard of in its middle', () => {
    const gaps = createStreamGaps();
    for (const seq of [7, 8, 9]) gaps.hear(event('A', 'o1', seq, NOON), NOON);
    expect(gaps.count(NOON + MINUTE)).toBe(0);
  });

  it('are seen between what was heard first and what came before it', () => {
    const gaps = createStreamGaps();
    for (const seq of [7, 4]) gaps.hear(event('A', 'o1', seq, NOON), NOON);
    expect(gaps.count(NOON + MINUTE)).toBe(2);
  });
});

describe('assigned twice', () => {
  it('is an order that gets a second rider before the first has gone', () => {
    const assignments = createAssignments();
    assignments.hear(ofDelivery('RIDER_ASSIGNED', 'o1', 1, NOON, 'r1'));
    assignments.hear(ofDelivery('RIDER_ASSIGNED', 'o1', 2, NOON + 1_000, 'r2'));
    expect(assignments.doubles(NOON + MINUTE)).toBe(1);
  });

  it('is a rider with two orders at one time', () => {
    const assignments = createAssignments();
    assignments.hear(ofDelivery('RIDER_ASSIGNED', 'o1', 1, NOON, 'r1'));
    assignments.hear(ofDelivery('RIDER_ASSIGNED', 'o2', 1, NOON + 1_000, 'r1'));
    assignments.hear(ofDelivery('DELIVERY_COMPLETED', 'o1', 2, NOON + 2_000, 'r1'));
    expect(assignments.doubles(NOON + MINUTE)).toBe(1);
  });

  it('is nobody when one job ends before the next begins, in whatever order the events are read', () => {
    const events = [
      ofDelivery('RIDER_ASSIGNED', 'o1', 1, NOON, 'r1'),
      ofDelivery('RIDER_UNASSIGNED', 'o1', 2, NOON + 1_000),
      ofDelivery('RIDER_ASSIGNED', 'o1', 3, NOON + 2_000, 'r2'),
      ofDelivery('DELIVERY_COMPLETED', 'o1', 4, NOON + 9_000, 'r2'),
      ofDelivery('RIDER_ASSIGNED', 'o2', 1, NOON + 9_000, 'r2'),
    ];
    for (const order of [events, events.toReversed()]) {
      const assignments = createAssignments();
      for (const one of order) assignments.hear(one);
      expect(assignments.doubles(NOON + MINUTE)).toBe(0);
    }
  });
});

describe('lost', () => {
  it('is an order that stands still for longer than the design allows, until it moves', () => {
    const overdue = createOverdueOrders();
    overdue.hear(event('ORDER_PLACED', 'o1', 2, NOON));
    expect(overdue.count(NOON + 9 * MINUTE)).toBe(0);
    expect(overdue.count(NOON + 11 * MINUTE)).toBe(1);
    overdue.hear(event('ORDER_REJECTED', 'o1', 3, NOON + 11 * MINUTE));
    expect(overdue.count(NOON + 600 * MINUTE)).toBe(0);
  });

  it('does not come back when an earlier event is read late', () => {
    const overdue = createOverdueOrders();
    overdue.hear(event('ORDER_DELIVERED', 'o1', 9, NOON));
    overdue.hear(event('ORDER_PLACED', 'o1', 2, NOON - MINUTE));
    expect(overdue.count(NOON + 60 * MINUTE)).toBe(0);
  });
});

describe('latencies', () => {
  it('pair the first start with the first end, whichever is read first', () => {
    const latency = createLatency();
    latency.end('o1', NOON + 40);
    latency.start('o1', NOON);
    latency.end('o1', NOON + 9_000);
    latency.start('o2', NOON);
    expect(latency.spread()).toMatchObject({ count: 1, p50: 40 });
  });

  it('have the percentiles of the nearest rank', () => {
    const spread = spreadOf(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(spread).toEqual({ count: 100, p50: 50, p95: 95, p99: 99 });
  });
});

it('the figures follow one order from its payment to its rider', () => {
  const figures = createFigures();
  const now = Date.now();
  const source = { source: 'restaurant' };
  figures.hear({ ...event('ORDER_CREATED', 'o1', 1, now - 9_000), ...source });
  figures.hear({ ...event('PAYMENT_SUCCESS', 'p1', 2, now - 8_000, { orderId: 'o1' }), source: 'utils' });
  figures.hear({ ...event('ORDER_PLACED', 'o1', 2, now - 7_980), ...source });
  figures.hear({ ...event('ORDER_READY_FOR_RIDER', 'o1', 3, now - 5_000), ...source });
  figures.hear(event('DELIVERY_OFFERED', 'o1', 1, now - 4_990));
  figures.hear(ofDelivery('RIDER_ASSIGNED', 'o1', 2, now - 1_990, 'r1'));
  figures.refresh(now);
  expect(figures.latencies.value).toMatchObject({
    paidToKitchen: { count: 1, p50: 20 },
    readyToOffer: { count: 1, p50: 10 },
    offerToAccept: { count: 1, p50: 3_000 },
  });
  expect(figures.ordersPerMinute.value).toBe(1);
  expect(figures.ordersByMinute.value.at(-1)).toBe(1);
  expect([figures.lost.value, figures.doubleAssigned.value, figures.gaps.value]).toEqual([0, 0, 0]);
});
