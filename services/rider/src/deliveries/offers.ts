import type { ClosedOffer } from '@tiffin/contracts/delivery-events';
import type { OfferId } from '@tiffin/contracts/ids';
import { changed, conflict, unchanged } from '@tiffin/platform/persistence/decision';
import {
  type Delivery,
  factsOf,
  isOpenOffer,
  type MadeOffer,
  offerOf,
  offerView,
  type SearchPolicy,
  type SilencePolicy,
  type Step,
} from './delivery.ts';

/** A rider the search has chosen, and the id his offer will have. */
export type ChosenRider = Pick<MadeOffer, 'riderId' | 'riderUserId' | 'riderName' | 'riderPhone' | 'distanceM'> & {
  readonly offerId: OfferId;
};

const isOver = (offer: MadeOffer, now: Date): boolean => Date.parse(offer.expiresAt) <= now.getTime();

const closedAs =
  (reason: ClosedOffer['reason']) =>
  (offer: MadeOffer): ClosedOffer => ({
    offerId: offer.offerId,
    riderUserId: offer.riderUserId,
    reason,
  });

/** Ends the offers that `which` names; the state falls back to searching when none is left open. */
export const endOffers = (
  state: Delivery,
  which: (offer: MadeOffer) => boolean,
  end: Pick<MadeOffer, 'status' | 'revokedFor'>,
): { state: Delivery; ended: readonly MadeOffer[] } => {
  const ended = state.offers.filter(which);
  if (ended.length === 0) return { state, ended };
  const offers = state.offers.map((offer) => (ended.includes(offer) ? { ...offer, ...end } : offer));
  const left: Delivery = { ...state, offers };
  return { state: state.open ? { ...left, status: offers.some(isOpenOffer) ? 'offering' : 'searching' } : left, ended };
};

/** Ends every offer that is open, because the delivery itself moves on. */
export const endOpenOffers = (
  state: Delivery,
  end: Pick<MadeOffer, 'status' | 'revokedFor'>,
  reason: ClosedOffer['reason'],
) => {
  const { state: after, ended } = endOffers(state, isOpenOffer, end);
  return { state: after, closed: ended.map(closedAs(reason)) };
};

/** The offers whose time is over. The clock is this service's: an accept compares it as well and does not wait for this. */
export const expireOffers = (state: Delivery, now: Date): Step => {
  const { state: after, ended } = endOffers(state, (offer) => isOpenOffer(offer) && isOver(offer, now), {
    status: 'expired',
  });
  if (ended.length === 0) return { state, events: [] };
  const data = { orderId: state.orderId, closed: ended.map(closedAs('expired')) };
  return { state: after, events: [{ type: 'OFFER_EXPIRED', version: 1, data }] };
};

/** How many riders may be asked now: one alone until an offer has expired, then as many as a wave has, less those still thinking. */
export const freeSlots = ({ open, offers }: Delivery, { waveSize }: SearchPolicy): number => {
  if (!open) return 0;
  const size = offers.some((offer) => offer.status === 'expired') ? waveSize : 1;
  return Math.max(0, size - offers.filter(isOpenOffer).length);
};

/** Asks the riders chosen, all in one wave. */
export const makeOffers = (state: Delivery, chosen: readonly ChosenRider[], now: Date, policy: SearchPolicy): Step => {
  const { job, searchUntil } = state;
  if (!job || !state.open || chosen.length === 0) return { state, events: [] };
  const wave = state.wave + 1;
  const limitMs = searchUntil ? Date.parse(searchUntil) : Number.POSITIVE_INFINITY;
  const expiresAt = new Date(Math.min(now.getTime() + policy.offerTtlMs, limitMs)).toISOString();
  const made = chosen.map(
    (rider): MadeOffer => ({ ...rider, wave, sentAt: now.toISOString(), expiresAt, status: 'sent' }),
  );
  const { nextSearchAt: _searched, ...rest } = state;
  const after: Delivery = { ...rest, status: 'offering', wave, offers: [...state.offers, ...made], emptySearches: 0 };
  const offers = made.map((offer) => ({
    ...offerView(state.orderId, job, offer),
    riderId: offer.riderId,
    riderUserId: offer.riderUserId,
  }));
  return {
    state: after,
    events: [{ type: 'DELIVERY_OFFERED', version: 1, data: { orderId: state.orderId, wave, offers } }],
  };
};

/** The answers a rider can get who asks about an offer that cannot be his any more. */
const refuse = (state: Delivery, offer: MadeOffer | undefined) => {
  if (!offer) return conflict('not_found', 'There is no offer of this delivery for you.');
  if (state.status === 'cancelled' || state.status === 'escalated')
    return conflict('delivery_closed', 'The delivery is closed; no rider is needed any more.');
  switch (offer.status) {
    case 'declined':
    case 'released':
      return conflict('offer_declined', 'You have given this delivery away.');
    case 'revoked':
      return offer.revokedFor === 'busy'
        ? conflict('rider_busy', 'You already have a delivery; finish or release it first.')
        : conflict('offer_taken', 'The delivery is no longer offered to you.');
    case 'sent':
    case 'expired':
      return conflict('offer_expired', 'The offer has expired.');
    case 'accepted':
      return conflict('delivery_conflict', 'You have accepted this delivery; release it instead.');
  }
};

/** The rider takes the job: every other open offer ends as taken. The winner asking again changes nothing. */
export const accept = (state: Delivery, riderUserId: string, now: Date, { silentAfterMs }: SilencePolicy) => {
  if (state.riderUserId === riderUserId && (state.active || state.status === 'delivered')) return unchanged;
  const offer = offerOf(state, riderUserId);
  if (!offer || !state.open || !isOpenOffer(offer) || isOver(offer, now)) return refuse(state, offer);

  const taken = endOffers(state, (other) => other.offerId === offer.offerId, { status: 'accepted' }).state;
  const { state: settled, closed } = endOpenOffers(taken, { status: 'revoked', revokedFor: 'taken' }, 'taken');
  const { nextSearchAt: _over, ...rest } = settled;
  const { riderId, riderName, riderPhone } = offer;
  const rider = { riderId, riderUserId: offer.riderUserId, riderName, riderPhone };
  const after: Delivery = {
    ...rest,
    ...rider,
    status: 'assigned',
    open: false,
    active: true,
    assignment: state.assignment + 1,
    watchedFrom: now.toISOString(),
    watchAt: new Date(now.getTime() + silentAfterMs).toISOString(),
  };
  return changed(after, { type: 'RIDER_ASSIGNED', version: 1, data: factsOf(after, closed) } as const);
};

/** The rider does not want it, and is not asked again in this search. Said twice, it changes nothing. */
export const decline = (state: Delivery, riderUserId: string, now: Date) => {
  const offer = offerOf(state, riderUserId);
  if (offer?.status === 'declined') return unchanged;
  if (!offer || !state.open || !isOpenOffer(offer) || isOver(offer, now)) return refuse(state, offer);
  const { state: after } = endOffers(state, (other) => other.offerId === offer.offerId, { status: 'declined' });
  const data = { orderId: state.orderId, closed: [closedAs('cancelled')(offer)] };
  return changed(after, { type: 'OFFER_DECLINED', version: 1, data } as const);
};

/** Takes an open offer back from a rider who cannot have it (another job, off duty). He may be asked again later. */
export const revoke = (state: Delivery, riderUserId: string, revokedFor: 'busy' | 'off_duty') => {
  const offer = offerOf(state, riderUserId);
  if (!offer || !isOpenOffer(offer)) return unchanged;
  const { state: after } = endOffers(state, (other) => other.offerId === offer.offerId, {
    status: 'revoked',
    revokedFor,
  });
  const data = { orderId: state.orderId, closed: [closedAs('cancelled')(offer)] };
  return changed(after, { type: 'OFFER_REVOKED', version: 1, data } as const);
};
