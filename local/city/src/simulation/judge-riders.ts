import { ENDS } from '../ledger.ts';
import type { Facts, Judgement, Violation } from './facts.ts';
import { groupBy } from './group-by.ts';
import { followMoves } from './order-moves.ts';
import { tripsOf } from './trips.ts';

/** No order is in the hands of two riders, and no rider has two orders, at any moment. */
export const oneRiderOneOrder = ({ log, orders }: Facts): Judgement => {
  const { trips, problems } = tripsOf(log, new Set(orders.map(({ orderId }) => orderId)));
  const violations: Violation[] = problems.map(({ orderId, problem }) => ({ id: orderId, problem }));
  for (const [rider, own] of groupBy(trips, ({ riderUserId }) => riderUserId)) {
    const inTime = own.toSorted((one, other) => (one.from < other.from ? -1 : 1));
    for (const [index, trip] of inTime.entries()) {
      const next = inTime[index + 1];
      if (!next || (trip.to !== undefined && trip.to <= next.from)) continue;
      violations.push({ id: rider, problem: `was given ${next.orderId} while carrying ${trip.orderId}` });
    }
  }
  return { checked: trips.length, violations };
};

/** When all is over no rider has a delivery: not in the rider's app, and not by the log for an order that has ended. */
export const ridersFree = ({ riders, orders, log }: Facts): Judgement => {
  const ended = new Set<string>();
  for (const { orderId, history = [] } of orders) {
    const { state } = followMoves(history);
    if (state !== 'none' && ENDS.has(state)) ended.add(orderId);
  }
  const inApp = riders.flatMap(({ riderUserId, busyWith }) =>
    busyWith === undefined ? [] : [{ id: riderUserId, problem: `still has ${busyWith}` }],
  );
  const inLog = tripsOf(log, ended)
    .trips.filter(({ to }) => to === undefined)
    .map(({ orderId, riderUserId }) => ({ id: riderUserId, problem: `has ${orderId}, which has ended, by the log` }));
  return { checked: riders.length, violations: [...inApp, ...inLog] };
};
