import { deliveryEvents } from '@tiffin/contracts/delivery-events';
import type { Envelope } from '@tiffin/contracts/envelope';
import { groupBy } from './group-by.ts';

/** An order in the hands of one rider. */
export type Trip = {
  readonly orderId: string;
  readonly riderUserId: string;
  /** ISO 8601, by the clock of the service that decides both. */
  readonly from: string;
  readonly to: string | undefined;
};

export type TripProblem = { readonly orderId: string; readonly problem: string };

const BEGINS = 'RIDER_ASSIGNED';
const ENDS_WITHOUT_FOOD = ['RIDER_UNASSIGNED', 'DELIVERY_CANCELLED', 'DELIVERY_ESCALATED'];
const ENDS_WITH_FOOD = 'DELIVERY_COMPLETED';
const OF_TRIPS: ReadonlySet<string> = new Set([BEGINS, ...ENDS_WITHOUT_FOOD, ENDS_WITH_FOOD]);
const snapshot = deliveryEvents.RIDER_ASSIGNED.versions[1];

/**
 * Every trip the log tells of, and what in its telling makes no sense. Of orders that are not `ours` only whole trips count: they may have
 * begun before the run, and nobody waits for their end.
 */
export const tripsOf = (
  log: readonly Envelope[],
  ours: ReadonlySet<string>,
): { readonly trips: readonly Trip[]; readonly problems: readonly TripProblem[] } => {
  const trips: Trip[] = [];
  const problems: TripProblem[] = [];
  const byOrder = groupBy(
    log.filter(({ type }) => OF_TRIPS.has(type)),
    ({ data }) => String(data.orderId),
  );
  for (const [orderId, events] of byOrder) {
    let under: Omit<Trip, 'to'> | undefined;
    const close = (to: string | undefined) => {
      if (under) trips.push({ ...under, to });
      under = undefined;
    };
    for (const { type, data, timestamp } of events.toSorted((one, other) => (one.seq ?? 0) - (other.seq ?? 0))) {
      const rider = snapshot.safeParse(data).data?.delivery.riderUserId;
      if (type === BEGINS) {
        if (under) problems.push({ orderId, problem: `was given to ${rider} while ${under.riderUserId} had it` });
        close(timestamp);
        if (rider === undefined) problems.push({ orderId, problem: 'was assigned to nobody' });
        else under = { orderId, riderUserId: rider, from: timestamp };
        continue;
      }
      if (type === ENDS_WITH_FOOD && under?.riderUserId !== rider) {
        problems.push({ orderId, problem: `was delivered by ${rider}, ${under?.riderUserId ?? 'nobody'} had it` });
      }
      close(timestamp);
    }
    close(undefined);
  }
  return {
    trips: trips.filter(({ orderId, to }) => ours.has(orderId) || to !== undefined),
    problems: problems.filter(({ orderId }) => ours.has(orderId)),
  };
};
