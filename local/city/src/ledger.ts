import type { OrderStatus } from '@tiffin/contracts/order-api';

/** What the city has seen of its orders: the source of the live line. */
export type Ledger = {
  ordered(id: string): void;
  /** A status as the customer's socket or a reading told it. */
  is(id: string, status: OrderStatus): void;
  readyAnswered(id: string): void;
  offerSeen(id: string): void;
  /** The order's whole history was read at its end and it has no gap. */
  complete(id: string): void;
  /** The history has a gap, or an order that was answered is not there. */
  lost(id: string): void;
  summary(): Summary;
};

export type Summary = {
  readonly orders: number;
  readonly byStatus: Readonly<Partial<Record<OrderStatus, number>>>;
  readonly readyToOfferMs: { readonly p50: number; readonly p95: number } | undefined;
  readonly lost: number;
};

/** How many of the newest latencies the percentiles are made of. */
const LATENCIES = 500;

export const createLedger = ({ nowMs }: { nowMs: () => number }): Ledger => {
  const live = new Map<string, OrderStatus>();
  const ended = new Map<OrderStatus, number>();
  const readyAt = new Map<string, number>();
  const latencies: number[] = [];
  const losses = new Set<string>();
  let orders = 0;

  return {
    ordered: (id) => {
      orders += 1;
      live.set(id, 'pending_payment');
    },
    is: (id, status) => {
      if (!live.has(id)) return;
      if (!ENDS.has(status)) {
        live.set(id, status);
        return;
      }
      live.delete(id);
      readyAt.delete(id);
      ended.set(status, (ended.get(status) ?? 0) + 1);
    },
    readyAnswered: (id) => {
      // An offer that was quicker than the answer to the kitchen has taken no time at all.
      if (readyAt.get(id) === OFFERED) return;
      readyAt.set(id, nowMs());
    },
    offerSeen: (id) => {
      const since = readyAt.get(id);
      if (since === OFFERED) return;
      readyAt.set(id, OFFERED);
      latencies.push(since === undefined ? 0 : nowMs() - since);
      if (latencies.length > LATENCIES) latencies.shift();
    },
    complete: (id) => {
      losses.delete(id);
    },
    lost: (id) => {
      losses.add(id);
    },
    summary: () => {
      const byStatus: Partial<Record<OrderStatus, number>> = Object.fromEntries(ended);
      for (const status of live.values()) byStatus[status] = (byStatus[status] ?? 0) + 1;
      const sorted = latencies.toSorted((one, other) => one - other);
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
      return {
        orders,
        byStatus,
        readyToOfferMs: sorted.length > 0 ? { p50: at(0.5), p95: at(0.95) } : undefined,
        lost: losses.size,
      };
    },
  };
};

const ENDS: ReadonlySet<OrderStatus> = new Set(['delivered', 'cancelled', 'rejected', 'expired']);
const OFFERED = -1;
