import { quantile } from '../statistics.ts';
import type { SimulatedOrder, SimulatedRider } from './world.ts';

/** What one strategy did in one city. */
export type Verdict = {
  readonly assignP50S: number;
  readonly assignP95S: number;
  readonly pickupKm: number;
  readonly offersPerOrder: number;
  readonly lostTapsPerOrder: number;
  readonly unassignedPercent: number;
  readonly gini: number;
};

const PERCENT = 100;
const METRES_A_KM = 1_000;
const MS_A_SECOND = 1_000;

/** How unevenly something is shared: 0 when all have the same, towards 1 when one has everything. */
export const gini = (shares: readonly number[]): number => {
  const sorted = shares.toSorted((one, other) => one - other);
  const sum = sorted.reduce((total, share) => total + share, 0);
  if (sum === 0) return 0;
  const weighted = sorted.reduce((total, share, index) => total + (index + 1) * share, 0);
  return (2 * weighted) / (sorted.length * sum) - (sorted.length + 1) / sorted.length;
};

export const judge = ({
  orders,
  riders,
  hours,
  offers,
  lostTaps,
  waitsMs,
}: {
  orders: readonly SimulatedOrder[];
  riders: readonly SimulatedRider[];
  hours: number;
  offers: number;
  lostTaps: number;
  waitsMs: readonly number[];
}): Verdict => {
  const assigned = orders.flatMap((order) => order.assigned ?? []);
  return {
    assignP50S: quantile(waitsMs, 0.5) / MS_A_SECOND,
    assignP95S: quantile(waitsMs, 0.95) / MS_A_SECOND,
    pickupKm: assigned.reduce((sum, { pickupM }) => sum + pickupM, 0) / assigned.length / METRES_A_KM,
    offersPerOrder: offers / orders.length,
    lostTapsPerOrder: lostTaps / orders.length,
    unassignedPercent: (PERCENT * (orders.length - assigned.length)) / orders.length,
    gini: gini(riders.map(({ delivered }) => delivered / hours)),
  };
};
