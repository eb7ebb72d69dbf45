import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderStatus } from '@tiffin/contracts/order-api';
import { createLedger, ENDS, type Ledger } from '../ledger.ts';
import type { Witness } from '../witness.ts';
import type { Told } from './facts.ts';

/** Milliseconds; of so many. */
export type Span = { readonly p50: number; readonly p95: number; readonly count: number };

export type Latencies = {
  /** From the bank's answer to the customer until a kitchen heard the push. */
  readonly paidToKitchenMs: Span | undefined;
  /** From the answer to the kitchen's "ready" until a rider saw the first offer. */
  readonly readyToOfferMs: Span | undefined;
  /** From the answer to the order until its customer heard that it was delivered. */
  readonly placedToDeliveredMs: Span | undefined;
};

export type Sightings = {
  readonly ledger: Ledger;
  readonly witness: Witness;
  readonly told: readonly Told[];
  readonly found: ReadonlySet<string>;
  /** The orders that were answered, with whose they are. */
  readonly orders: ReadonlyMap<OrderId, string>;
  readonly ended: ReadonlySet<string>;
  /** Those who signed on, by their `sub`. */
  readonly riders: readonly string[];
  /** Those who have set out for work, by their `sub`: at work, or on their way. */
  readonly workers: Readonly<Record<'rider' | 'kitchen', readonly string[]>>;
  /** When anything last moved. */
  movedAtMs(): number;
  latencies(): Latencies;
};

/** What the people of one run see, as they tell it; nothing of it is kept on a disk. Times are of this process alone. */
export const createSightings = ({ nowMs }: { nowMs: () => number }): Sightings => {
  const ledger = createLedger({ nowMs, journal: { earlier: [], keep: () => undefined } });
  const orders = new Map<OrderId, string>();
  const statuses = new Map<string, OrderStatus>();
  const ended = new Set<string>();
  const riders: string[] = [];
  const workers: Record<'rider' | 'kitchen', string[]> = { rider: [], kitchen: [] };
  const told: Told[] = [];
  const found = new Set<string>();
  const firsts = {
    ordered: new Map<string, number>(),
    paid: new Map<string, number>(),
    told: new Map<string, number>(),
    ready: new Map<string, number>(),
    offered: new Map<string, number>(),
    delivered: new Map<string, number>(),
  };
  let movedAtMs = nowMs();
  // Riders are offered the orders of everybody on the stack: a run that is stuck beside a city must still find out.
  const ours = new Set<string>();
  const note = (what: keyof typeof firsts, id: string) => {
    movedAtMs = nowMs();
    if (!firsts[what].has(id)) firsts[what].set(id, movedAtMs);
  };

  return {
    told,
    found,
    orders,
    ended,
    riders,
    workers,
    movedAtMs: () => movedAtMs,
    witness: {
      setsOut: (role, sub) => {
        workers[role].push(sub);
      },
      onDuty: (sub) => {
        riders.push(sub);
        movedAtMs = nowMs();
      },
      paid: (id) => note('paid', id),
      told: (push) => {
        told.push(push);
        note('told', push.orderId);
      },
      found: (id) => {
        found.add(id);
      },
    },
    ledger: {
      ...ledger,
      ordered: (customer, id) => {
        orders.set(id, customer);
        ours.add(id);
        note('ordered', id);
        ledger.ordered(customer, id);
      },
      is: (id, status) => {
        if (statuses.get(id) !== status) movedAtMs = nowMs();
        statuses.set(id, status);
        if (ENDS.has(status)) ended.add(id);
        if (status === 'delivered') note('delivered', id);
        ledger.is(id, status);
      },
      readyAnswered: (id) => {
        if (ours.has(id)) note('ready', id);
        ledger.readyAnswered(id);
      },
      offerSeen: (id) => {
        if (ours.has(id)) note('offered', id);
        ledger.offerSeen(id);
      },
    },
    latencies: () => ({
      paidToKitchenMs: spanOf(firsts.paid, firsts.told),
      readyToOfferMs: spanOf(firsts.ready, firsts.offered),
      placedToDeliveredMs: spanOf(firsts.ordered, firsts.delivered),
    }),
  };
};

/** A push that was quicker than the answer to the request that caused it has taken no time at all. */
const spanOf = (from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): Span | undefined => {
  const sorted = [...from]
    .flatMap(([id, began]) => {
      const over = to.get(id);
      return over === undefined ? [] : [Math.max(0, over - began)];
    })
    .toSorted((one, other) => one - other);
  if (sorted.length === 0) return undefined;
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), count: sorted.length };
};
