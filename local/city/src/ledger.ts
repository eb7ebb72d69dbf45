import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderStatus } from '@tiffin/contracts/order-api';
import { MINUTE } from '@tiffin/platform/clock';
import type { Entry, Journal } from './journal.ts';

/** A customer whose order has not been seen through; without an id when the city ended before the answer came. */
export type Unfinished = { readonly customer: string; readonly orderId: OrderId | undefined };

/** What the city has seen of its orders, in this run and those before: the source of the live line. */
export type Ledger = {
  /** How many customers have set out so far, in all runs. */
  customers(): number;
  /** The customers of earlier runs that somebody has to go on for. */
  unfinished(): readonly Unfinished[];
  /** Said before the order is sent. */
  setOut(customer: string): void;
  /** The customer was refused, or the order never arrived: nothing was promised. */
  turnedAway(customer: string): void;
  ordered(customer: string, id: OrderId): void;
  /** The customer cancels, as a few do. */
  changedMind(id: OrderId): void;
  /** A status as the customer's socket or a reading told it. */
  is(id: OrderId, status: OrderStatus): void;
  readyAnswered(id: string): void;
  offerSeen(id: string): void;
  /** The order's whole history was read at its end and it has no gap. */
  complete(id: OrderId): void;
  /** The history has a gap, or an order that was answered is not there. */
  lost(id: OrderId): void;
  summary(): Summary;
};

export type Summary = {
  readonly orders: number;
  readonly byStatus: Readonly<Partial<Record<OrderStatus, number>>>;
  /** So many of the cancelled are customers who changed their mind before they paid, as is meant. */
  readonly changedMind: number;
  readonly readyToOfferMs: { readonly p50: number; readonly p95: number } | undefined;
  /** Orders that are gone or have a gap, and those that should have ended long ago. */
  readonly lost: number;
};

/** How many of the newest latencies the percentiles are made of. */
const LATENCIES = 500;
/** 15 min to pay, 5 to be answered, 20 to find a rider, and the trip: an order watched for longer than this is going nowhere. */
export const PATIENCE_MS = 60 * MINUTE;

export const createLedger = ({ nowMs, journal }: { nowMs: () => number; journal: Journal }): Ledger => {
  const live = new Map<string, { status: OrderStatus; readonly watchedSinceMs: number }>();
  const open = new Map<string, OrderId | undefined>();
  const customerOf = new Map<string, string>();
  const ended = new Map<OrderStatus, number>();
  const changedMind = new Set<string>();
  let changed = 0;
  const readyAt = new Map<string, number>();
  const latencies: number[] = [];
  const losses = new Set<string>();
  let customers = 0;
  let orders = 0;

  const close = (id: OrderId) => {
    open.delete(customerOf.get(id) ?? '');
    customerOf.delete(id);
  };

  const apply = (entry: Entry): void => {
    switch (entry.kind) {
      case 'set-out':
        customers += 1;
        open.set(entry.customer, undefined);
        return;
      case 'turned-away':
        open.delete(entry.customer);
        return;
      case 'ordered':
        orders += 1;
        open.set(entry.customer, entry.orderId);
        customerOf.set(entry.orderId, entry.customer);
        live.set(entry.orderId, { status: 'pending_payment', watchedSinceMs: nowMs() });
        return;
      case 'changed-mind':
        changedMind.add(entry.orderId);
        return;
      case 'ended':
        live.delete(entry.orderId);
        readyAt.delete(entry.orderId);
        ended.set(entry.status, (ended.get(entry.status) ?? 0) + 1);
        if (changedMind.delete(entry.orderId) && entry.status === 'cancelled') changed += 1;
        return;
      case 'complete':
        close(entry.orderId);
        losses.delete(entry.orderId);
        return;
      case 'lost':
        close(entry.orderId);
        losses.add(entry.orderId);
        return;
    }
  };

  for (const entry of journal.earlier) apply(entry);
  const unfinished = [...open].map(([customer, orderId]) => ({ customer, orderId }));
  // When their food was ready is not known any more: no latency is better than a wrong one.
  for (const id of live.keys()) readyAt.set(id, OFFERED);

  const note = (entry: Entry): void => {
    journal.keep(entry);
    apply(entry);
  };

  const overdue = (): number => {
    const before = nowMs() - PATIENCE_MS;
    let count = 0;
    for (const [id, { watchedSinceMs }] of live) if (watchedSinceMs < before && !losses.has(id)) count += 1;
    return count;
  };

  return {
    customers: () => customers,
    unfinished: () => unfinished,
    setOut: (customer) => note({ kind: 'set-out', customer }),
    turnedAway: (customer) => note({ kind: 'turned-away', customer }),
    ordered: (customer, orderId) => note({ kind: 'ordered', customer, orderId }),
    changedMind: (orderId) => note({ kind: 'changed-mind', orderId }),
    is: (orderId, status) => {
      const seen = live.get(orderId);
      if (!seen) return;
      if (ENDS.has(status)) note({ kind: 'ended', orderId, status });
      else seen.status = status;
    },
    readyAnswered: (id) => {
      // An offer that was quicker than the answer to the kitchen has taken no time at all.
      if (!live.has(id) || readyAt.get(id) === OFFERED) return;
      readyAt.set(id, nowMs());
    },
    offerSeen: (id) => {
      const since = readyAt.get(id);
      // Riders are offered the orders of everybody on the stack; when those were ready nobody here knows.
      if (!live.has(id) || since === OFFERED) return;
      readyAt.set(id, OFFERED);
      latencies.push(since === undefined ? 0 : nowMs() - since);
      if (latencies.length > LATENCIES) latencies.shift();
    },
    complete: (orderId) => note({ kind: 'complete', orderId }),
    lost: (orderId) => note({ kind: 'lost', orderId }),
    summary: () => {
      const byStatus: Partial<Record<OrderStatus, number>> = Object.fromEntries(ended);
      for (const { status } of live.values()) byStatus[status] = (byStatus[status] ?? 0) + 1;
      const sorted = latencies.toSorted((one, other) => one - other);
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
      return {
        orders,
        byStatus,
        changedMind: changed,
        readyToOfferMs: sorted.length > 0 ? { p50: at(0.5), p95: at(0.95) } : undefined,
        lost: losses.size + overdue(),
      };
    },
  };
};

export const ENDS: ReadonlySet<OrderStatus> = new Set(['delivered', 'cancelled', 'rejected', 'expired']);
const OFFERED = -1;
