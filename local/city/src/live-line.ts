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
  ['ended early', ['cancelled', 'rejected', 'expired']],
];

/** The whole city in one line: orders by state, how quickly a ready order meets a rider, and what was lost. */
export const liveLine = ({ orders, byStatus, readyToOfferMs, lost }: Summary): string => {
  const counts = SHOWN.map(([label, statuses]) => {
    const count = statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
    return `${label} ${count}`;
  });
  const latency = readyToOfferMs
    ? `ready → offer p50 ${readyToOfferMs.p50.toFixed(1)} ms, p95 ${readyToOfferMs.p95.toFixed(1)} ms`
    : 'ready → offer: none yet';
  return [`orders ${orders}`, counts.join(' · '), latency, `lost ${lost}`].join(' | ');
};
