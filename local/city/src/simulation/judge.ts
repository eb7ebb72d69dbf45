import type { Facts, Judgement } from './facts.ts';
import { everyOrderEnds, historiesWithoutGap, legalChanges } from './judge-histories.ts';
import { kitchensToldOnce } from './judge-kitchens.ts';
import { ledgerSumsToZero } from './judge-ledger.ts';
import { eventsLoggedOnce, unmatched } from './judge-log.ts';
import { moneyAddsUp } from './judge-money.ts';
import { oneRiderOneOrder, ridersFree } from './judge-riders.ts';
import { tripsOf } from './trips.ts';

/** What has to hold whatever happens in between. */
const INVARIANTS = [
  { name: 'every-order-ends', says: 'every answered order came to an end', rule: everyOrderEnds },
  {
    name: 'histories-without-gap',
    says: 'every history begins at 1, without gap or repeat',
    rule: historiesWithoutGap,
  },
  { name: 'legal-changes', says: 'every change was allowed where it happened', rule: legalChanges },
  { name: 'money-adds-up', says: 'one PAYMENT_SUCCESS a paid order; what was kept is owed', rule: moneyAddsUp },
  { name: 'ledger-sums-to-zero', says: 'every ledger sums to zero, and agrees with the bank', rule: ledgerSumsToZero },
  { name: 'one-rider-one-order', says: 'no order with two riders, no rider with two orders', rule: oneRiderOneOrder },
  { name: 'events-logged-once', says: 'every event is in the log, once', rule: eventsLoggedOnce },
  { name: 'riders-free', says: 'no rider is left busy', rule: ridersFree },
  { name: 'kitchens-told-once', says: 'its kitchen heard of every paid order, once', rule: kitchensToldOnce },
] as const;

export type InvariantName = (typeof INVARIANTS)[number]['name'];
export type Judged = Judgement & { readonly name: InvariantName; readonly says: string };

/** Judges the facts by one invariant after the other. Pure. */
export const judge = (facts: Facts): readonly Judged[] =>
  INVARIANTS.map(({ name, says, rule }) => ({ name, says, ...rule(facts) }));

/** Orders whose facts may still get better by themselves: an event on its way to the log, a refund on its way to the customer. */
export const awaitedOrders = (facts: Facts): ReadonlySet<string> => {
  const late = [
    ...everyOrderEnds(facts).violations,
    ...moneyAddsUp(facts).violations,
    ...ledgerSumsToZero(facts).violations,
    ...unmatched(facts),
  ];
  const carried = facts.riders.flatMap(({ busyWith }) => (busyWith === undefined ? [] : [busyWith]));
  const open = tripsOf(facts.log, new Set(facts.orders.map(({ orderId }) => orderId)))
    .trips.filter(({ to }) => to === undefined)
    .map(({ orderId }) => orderId);
  return new Set([...late.map(({ id }) => id), ...carried, ...open]);
};
