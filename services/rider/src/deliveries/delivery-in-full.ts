import { deliveryEvents } from '@tiffin/contracts/delivery-events';
import type { DeliveryInFull, OfferMade } from '@tiffin/contracts/rider-api';
import type { StreamEvent } from '@tiffin/platform/persistence/stored';
import * as z from 'zod';
import { type Delivery, deliveryView, type MadeOffer, nextSearchTurnAt, silenceView } from './delivery.ts';

/** What a delivery's document keeps: its state, its whole history, and how far its search last looked. */
export type DeliveryStory = {
  readonly state: Delivery;
  readonly seq: number;
  readonly history: readonly StreamEvent[];
  readonly radiusM?: number | undefined;
};

/** Everything known of a delivery, for those who look after it; undefined for one that never had a job. */
export const inFull = ({ state, seq, history, radiusM }: DeliveryStory): DeliveryInFull | undefined => {
  const delivery = deliveryView(state, seq);
  if (!delivery) return undefined;
  const ends = endsOf(state, history);
  const next = nextSearchTurnAt(state)?.toISOString();
  return {
    delivery,
    offers: state.offers.map((offer) => offerMade(offer, delivery.earningPaise, ends.get(offer.offerId))),
    ...(radiusM !== undefined && { search: { wave: state.wave, radiusM, ...(next && { nextAt: next }) } }),
    ...(state.riderName !== undefined && { riderName: state.riderName }),
    ...silenceView(state),
  };
};

const offerMade = (
  { offerId, riderId, riderUserId, status, wave, distanceM, sentAt, expiresAt }: MadeOffer,
  earningPaise: OfferMade['earningPaise'],
  closedAt: string | undefined,
): OfferMade => ({
  offerId,
  riderId,
  riderUserId,
  state: status,
  wave,
  distanceM,
  ...(earningPaise !== undefined && { earningPaise }),
  offeredAt: sentAt,
  expiresAt,
  ...(closedAt !== undefined && status !== 'sent' && { closedAt }),
});

const ending = z.object({ closed: z.array(z.object({ offerId: z.string() })) });
const assigned = deliveryEvents.RIDER_ASSIGNED.versions[1];

/**
 * When each offer came to the state it is in. The offers themselves do not keep it, the history does: an event names those it ended, and an
 * assignment its rider, who accepts at most one offer of a delivery.
 */
const endsOf = ({ offers }: Delivery, history: readonly StreamEvent[]): ReadonlyMap<string, string> => {
  const ends = new Map<string, string>();
  const accepted = new Set<string>(offers.filter(({ status }) => status === 'accepted').map(({ offerId }) => offerId));
  for (const { type, timestamp, data } of history) {
    for (const { offerId } of ending.safeParse(data).data?.closed ?? []) {
      // A cancelled delivery names the accepted offer too, so that its rider hears of it; the offer stays accepted.
      if (!accepted.has(offerId)) ends.set(offerId, timestamp);
    }
    if (type !== 'RIDER_ASSIGNED') continue;
    const { riderId } = assigned.parse(data).delivery;
    const won = offers.find((offer) => offer.riderId === riderId && accepted.has(offer.offerId));
    if (won) ends.set(won.offerId, timestamp);
  }
  return ends;
};
