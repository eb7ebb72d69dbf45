import type { OrderStatus } from '@tiffin/contracts/order-api';
import type { Summary } from './ledger.ts';

const SHOWN: readonly (readonly [label: string, statuses: readonly OrderStatus[]])[] = [
  ['paying', ['pending_payment']],
  ['placed', ['placed']],
  ['cooking', ['accepted', 'preparing']],
  ['ready', ['ready_for_rider']],
  ['rider on the way', ['rider_assigned']],
  ['riding', ['picked_up']],
  ['delivered', ['delivered']],
];

const ENDED_EARLY: readonly OrderStatus[] = ['cancelled', 'rejected', 'expired'];

/**
 * The whole city in one line: what was lost, orders by state, and how quickly a ready order meets a rider. Customers who changed their mind
 * are meant to; an order that ended early in any other way (nobody answered, no rider found) was given up.
 */
export const liveLine = ({ orders, byStatus, changedMind, readyToOfferMs, lost }: Summary): string => {
  const endedEarly = ENDED_EARLY.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
  const counts = SHOWN.map(([label, statuses]) => {
    const count = statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
    return `${label} ${count}`;
  });
  const latency = readyToOfferMs
    ? `ready → offer p50 ${readyToOfferMs.p50.toFixed(1)} ms, p95 ${readyToOfferMs.p95.toFixed(1)} ms`
    : 'ready → offer: none yet';
  const early = [`changed their mind ${changedMind}`, `given up ${endedEarly - changedMind}`];
  return [`lost ${lost}`, `orders ${orders}`, [...counts, ...early].join(' · '), latency].join(' | ');
};
