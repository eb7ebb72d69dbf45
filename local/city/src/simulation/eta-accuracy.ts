import { eta } from '@tiffin/contracts/order-api';
import { SECOND } from '@tiffin/platform/clock';
import * as z from 'zod';
import type { OrderFacts } from './facts.ts';

export type EtaAccuracy = {
  /** Delivered orders whose customer was told a range when the kitchen took them. */
  readonly count: number;
  readonly within: number;
  readonly early: number;
  readonly late: number;
  /** From the middle of the range to the delivery, to either side, in seconds. */
  readonly errorS: { readonly p50: number; readonly p95: number };
};

const told = z.object({ eta });

/** How the ranges told at acceptance compare with the deliveries, by the events of the orders; undefined where there is nothing to compare. */
export const etaAccuracy = (orders: readonly Pick<OrderFacts, 'history'>[]): EtaAccuracy | undefined => {
  const arrivals = orders.flatMap(({ history = [] }) => {
    const accepted = told.safeParse(history.find(({ type }) => type === 'ORDER_ACCEPTED')?.data);
    const delivered = history.find(({ type }) => type === 'ORDER_DELIVERED');
    if (!accepted.success || !delivered) return [];
    const [earliest, latest] = [Date.parse(accepted.data.eta.earliest), Date.parse(accepted.data.eta.latest)];
    const at = Date.parse(delivered.timestamp);
    return [{ early: at < earliest, late: at > latest, errorS: Math.abs(at - (earliest + latest) / 2) / SECOND }];
  });
  if (arrivals.length === 0) return undefined;
  const early = arrivals.filter((arrival) => arrival.early).length;
  const late = arrivals.filter((arrival) => arrival.late).length;
  const errors = arrivals.map(({ errorS }) => errorS).toSorted((one, other) => one - other);
  const at = (share: number) => errors[Math.min(errors.length - 1, Math.floor(share * errors.length))] ?? 0;
  const count = arrivals.length;
  return { count, within: count - early - late, early, late, errorS: { p50: at(0.5), p95: at(0.95) } };
};
