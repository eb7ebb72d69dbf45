import { type ReadonlySignal, signal } from '@preact/signals';
import type { Envelope } from '@tiffin/contracts/envelope';
import * as z from 'zod';
import { createAssignments } from './assignments.ts';
import { createLatency } from './latencies.ts';
import { createOverdueOrders } from './overdue-orders.ts';
import type { Spread } from './spread.ts';
import { createStreamGaps } from './stream-gaps.ts';

const MINUTE = 60_000;
const MINUTES_SHOWN = 15;
const ofOrder = z.object({ orderId: z.string() });

type Latencies = {
  /** From PAYMENT_SUCCESS to ORDER_PLACED, the event the kitchen's push is made of. */
  readonly paidToKitchen: Spread;
  /** From ORDER_READY_FOR_RIDER to the first DELIVERY_OFFERED. */
  readonly readyToOffer: Spread;
  /** From the first DELIVERY_OFFERED to RIDER_ASSIGNED. */
  readonly offerToAccept: Spread;
};

/** The numbers that matter, worked out from the events; nothing here is told by a service about itself. */
export type Figures = {
  readonly latencies: ReadonlySignal<Latencies>;
  /** Orders placed by customers in each of the last 15 minutes, oldest first; the last is the running minute. */
  readonly ordersByMinute: ReadonlySignal<readonly number[]>;
  /** In the last 60 seconds. */
  readonly ordersPerMinute: ReadonlySignal<number>;
  /** Orders that stand still for longer than the design allows. */
  readonly lost: ReadonlySignal<number>;
  readonly doubleAssigned: ReadonlySignal<number>;
  /** Events missing in the numbering of a stream. */
  readonly gaps: ReadonlySignal<number>;
  readonly events: ReadonlySignal<number>;
  hear(event: Envelope): void;
  /** From when on the log has to be read again to find the events that are missing; undefined when none is. */
  missingSinceMs(): number | undefined;
  /** Works out the signals anew. */
  refresh(nowMs: number): void;
};

export const createFigures = (): Figures => {
  const paidToKitchen = createLatency();
  const readyToOffer = createLatency();
  const offerToAccept = createLatency();
  const overdue = createOverdueOrders();
  const assignments = createAssignments();
  const gaps = createStreamGaps();
  const createdAt: number[] = [];
  let heard = 0;

  const spreads = (): Latencies => ({
    paidToKitchen: paidToKitchen.spread(),
    readyToOffer: readyToOffer.spread(),
    offerToAccept: offerToAccept.spread(),
  });
  const signals = {
    latencies: signal(spreads()),
    ordersByMinute: signal<readonly number[]>([]),
    ordersPerMinute: signal(0),
    lost: signal(0),
    doubleAssigned: signal(0),
    gaps: signal(0),
    events: signal(0),
  };

  const time = (event: Envelope): void => {
    const read = ofOrder.safeParse(event.data);
    if (!read.success) return;
    const { orderId } = read.data;
    const at = Date.parse(event.timestamp);
    switch (event.type) {
      case 'ORDER_CREATED':
        createdAt.push(at);
        break;
      case 'PAYMENT_SUCCESS':
        paidToKitchen.start(orderId, at);
        break;
      case 'ORDER_PLACED':
        paidToKitchen.end(orderId, at);
        break;
      case 'ORDER_READY_FOR_RIDER':
        readyToOffer.start(orderId, at);
        break;
      case 'DELIVERY_OFFERED':
        readyToOffer.end(orderId, at);
        offerToAccept.start(orderId, at);
        break;
      case 'RIDER_ASSIGNED':
        offerToAccept.end(orderId, at);
        break;
      default:
    }
  };

  return {
    ...signals,
    hear: (event) => {
      heard += 1;
      gaps.hear(event, Date.now());
      overdue.hear(event);
      assignments.hear(event);
      time(event);
    },
    missingSinceMs: gaps.missingSinceMs,
    refresh: (nowMs) => {
      const first = nowMs - MINUTES_SHOWN * MINUTE;
      while ((createdAt[0] ?? nowMs) < first) createdAt.shift();
      const minutes = Array.from({ length: MINUTES_SHOWN }, () => 0);
      for (const at of createdAt) {
        const index = Math.min(MINUTES_SHOWN - 1, Math.max(0, Math.floor((at - first) / MINUTE)));
        minutes[index] = (minutes[index] ?? 0) + 1;
      }
      signals.ordersByMinute.value = minutes;
      signals.ordersPerMinute.value = createdAt.filter((at) => at > nowMs - MINUTE).length;
      signals.latencies.value = spreads();
      signals.lost.value = overdue.count(nowMs);
      signals.doubleAssigned.value = assignments.doubles(nowMs);
      signals.gaps.value = gaps.count(nowMs);
      signals.events.value = heard;
    },
  };
};
