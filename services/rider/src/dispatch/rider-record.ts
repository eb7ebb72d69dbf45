import type { RiderId } from '@tiffin/contracts/ids';
import { SECOND } from '@tiffin/platform/clock';
import * as z from 'zod';
import { type Delivery, isOpenOffer, type MadeOffer } from '../deliveries/delivery.ts';

/** How many of a rider's newest answers are remembered. */
export const KEPT_ANSWERS = 20;
/** A newcomer is trusted as if he had taken this many offers: one refusal does not make him half a rider. */
const TRUST = 4;
/** An offer whose end is noticed later than this ran while the service was away: nobody could have taken it. */
const NOTICED_WITHIN_MS = 5 * SECOND;

export const answer = z.enum(['taken', 'refused']);
/** What is remembered of a rider for the next search; it lives beside his state and moves without events. */
export const riderRecord = z.object({
  deliveredAt: z.date().optional(),
  /** The newest last. */
  answers: z.array(answer).optional(),
});
export type RiderRecord = z.infer<typeof riderRecord>;

/** Something to remember of one rider. */
export type Remark = {
  readonly riderId: RiderId;
  readonly answer?: z.infer<typeof answer>;
  readonly deliveredAt?: Date;
  /** Only if he has been seen since: who was out of sight when his offer ended did not refuse it. */
  readonly ifSeenSince?: Date;
};

/** How many of his newest offers a rider took, 0 to 1. */
export const acceptanceOf = ({ answers = [] }: RiderRecord): number =>
  (answers.filter((given) => given === 'taken').length + TRUST) / (answers.length + TRUST);

/** How long ago his last delivery ended; undefined when he has none. */
export const idleSOf = ({ deliveredAt }: RiderRecord, now: Date): number | undefined =>
  deliveredAt && Math.max(0, now.getTime() - deliveredAt.getTime()) / SECOND;

/**
 * What a turn of a delivery says about riders. Taken, declined and expired are a rider's doing. Revoked is not (somebody else was quicker,
 * the order was cancelled), and neither is an offer that ran out while the service was away or the rider out of sight.
 */
export const remarksOn = (before: Delivery, after: Delivery, now: Date, freshMs: number): readonly Remark[] => {
  const remarks = after.offers.flatMap((offer, index): readonly Remark[] => {
    const was = before.offers[index];
    return was && isOpenOffer(was) ? remarksOnEnd(offer, now, freshMs) : [];
  });
  const isDelivered = after.status === 'delivered' && before.status !== 'delivered';
  return isDelivered && after.riderId ? [...remarks, { riderId: after.riderId, deliveredAt: now }] : remarks;
};

const remarksOnEnd = ({ riderId, status, expiresAt }: MadeOffer, now: Date, freshMs: number): readonly Remark[] => {
  switch (status) {
    case 'accepted':
      return [{ riderId, answer: 'taken' }];
    case 'declined':
      return [{ riderId, answer: 'refused' }];
    case 'expired': {
      const endedMs = Date.parse(expiresAt);
      if (now.getTime() - endedMs > NOTICED_WITHIN_MS) return [];
      return [{ riderId, answer: 'refused', ifSeenSince: new Date(endedMs - freshMs) }];
    }
    case 'sent':
    case 'revoked':
    case 'released':
      return [];
  }
};
