import { userId } from '@tiffin/contracts/claims';
import type { ClosedOffer, DeliveryFacts, DeliverySnapshot } from '@tiffin/contracts/delivery-events';
import type { EventData, EventType } from '@tiffin/contracts/event-catalogue';
import { distanceM, point } from '@tiffin/contracts/geo';
import { offerId, orderId, restaurantId, riderId } from '@tiffin/contracts/ids';
import { paise } from '@tiffin/contracts/money';
import type { ReadyForRider } from '@tiffin/contracts/order-events';
import {
  type ActiveDelivery,
  type DeliveryView,
  deliveryStatus,
  type Offer,
  offerState,
  type RiderSilence,
  riderSilence,
} from '@tiffin/contracts/rider-api';
import { instant } from '@tiffin/contracts/time';
import * as z from 'zod';

/** What there is to deliver. After a bare ready message everything but the place is absent, and stays so all the way to the rider. */
export const job = z.object({
  restaurantId: restaurantId.optional(),
  restaurantName: z.string().optional(),
  userId: userId.optional(),
  pickup: point,
  dropoff: point.optional(),
  dropoffArea: z.string().optional(),
  customerPhone: z.string().optional(),
  earningPaise: paise.optional(),
});
export type Job = z.infer<typeof job>;

/** One delivery proposed to one rider. `released`: he had accepted it and gave it back before the pick-up. */
export const madeOffer = z.object({
  offerId,
  riderId,
  riderUserId: userId,
  riderName: z.string(),
  riderPhone: z.string(),
  wave: z.int(),
  sentAt: instant,
  expiresAt: instant,
  distanceM: z.number(),
  status: offerState,
  /** Why a revoked offer was: another rider has the job, this rider has another job, or he went off duty. */
  revokedFor: z.enum(['taken', 'busy', 'off_duty']).optional(),
});
export type MadeOffer = z.infer<typeof madeOffer>;

export const deliveryState = z.object({
  orderId,
  status: deliveryStatus,
  /** While a rider is looked for (searching, offering): what the search's indexes cover. */
  open: z.boolean(),
  /** While a rider has the job. True only with a `riderId`, and false in the very write that ends or releases the trip: one rider, one job. */
  active: z.boolean(),
  job: job.optional(),
  /** How many riders have had the job. */
  assignment: z.int(),
  riderId: riderId.optional(),
  riderUserId: userId.optional(),
  riderName: z.string().optional(),
  riderPhone: z.string().optional(),
  /** Every offer ever made, oldest first. */
  offers: z.array(madeOffer),
  wave: z.int(),
  /** How often in a row nobody was found; sets the pause before the next search. */
  emptySearches: z.int(),
  nextSearchAt: instant.optional(),
  searchUntil: instant.optional(),
  /** Until when the search waits, or waited, in its first radius for a rider who is about to finish nearby. */
  finisherAwaitedUntil: instant.optional(),
  /** While a rider has the job: since when his silence counts, and when he is looked for next. */
  watchedFrom: instant.optional(),
  watchAt: instant.optional(),
  /** No position has come from him for a while. `isCase`: a person knows. */
  silence: riderSilence.extend({ isCase: z.boolean() }).optional(),
  /** Guesses at the code of the door so far. */
  wrongCodes: z.int(),
  codeLockedUntil: instant.optional(),
});
export type Delivery = z.infer<typeof deliveryState>;

/** An event of a delivery as the rule makes it. */
export type DeliveryEvent = {
  [T in DeliveryEventType]: { readonly type: T; readonly version: 1; readonly data: EventData<T> };
}[DeliveryEventType];
export type DeliveryEventType = Extract<
  EventType,
  `DELIVERY_${string}` | `OFFER_${string}` | 'RIDER_ASSIGNED' | 'RIDER_UNASSIGNED' | 'RIDER_SILENT'
>;

/** What a rule makes of a delivery: the state after, and what is to be told. */
export type Step = { readonly state: Delivery; readonly events: readonly DeliveryEvent[] };

/** How a search goes, from the configuration. */
export type SearchPolicy = {
  readonly offerTtlMs: number;
  /** How many riders are asked at once after the first offer has expired. */
  readonly waveSize: number;
  /** How long after ready a rider is looked for. */
  readonly searchLimitMs: number;
};

/** How long no position may come from the rider of a job, from the configuration. */
export type SilencePolicy = {
  /** Then he is marked as silent. */
  readonly silentAfterMs: number;
  /** Then he is replaced before the pick-up, and a person is told after it. */
  readonly replacedAfterMs: number;
};

/** The delivery of an order that is ready: nobody asked yet. `readyAt` in the future counts as now. */
export const openDelivery = (ready: ReadyForRider, now: Date, { searchLimitMs }: SearchPolicy): Delivery => {
  const { orderId, location, readyAt, status, paymentStatus, totalPaise, ...rest } = ready;
  const readyMs = readyAt ? Math.min(Date.parse(readyAt), now.getTime()) : now.getTime();
  return {
    ...unopened(orderId),
    status: 'searching',
    open: true,
    job: job.parse({ ...rest, pickup: location }),
    searchUntil: new Date(readyMs + searchLimitMs).toISOString(),
    nextSearchAt: now.toISOString(),
  };
};

/** The delivery of an order that was cancelled before it was ready: the late ready message finds it and opens no search. */
export const neverOpened = (order: Delivery['orderId']): Step => {
  const state: Delivery = { ...unopened(order), status: 'cancelled' };
  return { state, events: [{ type: 'DELIVERY_CANCELLED', version: 1, data: factsOf(state, []) }] };
};

const unopened = (order: Delivery['orderId']) => ({
  orderId: order,
  open: false,
  active: false,
  assignment: 0,
  offers: [],
  wave: 0,
  emptySearches: 0,
  wrongCodes: 0,
});

export const isOpenOffer = (offer: MadeOffer): boolean => offer.status === 'sent';

/** The newest offer this person got: a rider may be asked again after a revoked one. */
export const offerOf = (state: Delivery, riderUserId: string): MadeOffer | undefined =>
  state.offers.findLast((offer) => offer.riderUserId === riderUserId);

/** When a delivery wants to be looked at again: at the next turn of its search, or to see whether its rider is still there. */
export const nextActionAt = (state: Delivery): Date | undefined =>
  state.active && state.watchAt ? new Date(state.watchAt) : nextSearchTurnAt(state);

/** When a search takes its next turn: the earliest of offer expiry, next search and search limit. */
export const nextSearchTurnAt = ({ open, offers, nextSearchAt, searchUntil }: Delivery): Date | undefined => {
  if (!open) return undefined;
  const waiting = offers.filter(isOpenOffer).map((offer) => offer.expiresAt);
  const next = waiting.length > 0 ? waiting : [nextSearchAt];
  const times = [...next, searchUntil].filter((at) => at !== undefined).map(Date.parse);
  return times.length > 0 ? new Date(Math.min(...times)) : undefined;
};

/** Leaves the search, as every ending does. */
export const withoutSearch = (state: Delivery): Delivery => {
  const { nextSearchAt: _next, ...rest } = state;
  return { ...rest, open: false };
};

/** Nobody has the job any more, so nobody is looked for. */
export const withoutWatch = (state: Delivery): Delivery => {
  const { watchedFrom: _from, watchAt: _at, silence: _silence, ...rest } = state;
  return rest;
};

/** The silence of its rider as others see it. */
export const silenceView = ({ silence }: Delivery): { riderSilent?: RiderSilence } => {
  if (!silence) return {};
  const { isCase: _known, ...riderSilent } = silence;
  return { riderSilent };
};

/** How far from the pickup he was who has, or had, the job; of who gave it back the offer says so. */
const toPickupOf = (offers: readonly MadeOffer[]): { toPickupM?: number } => {
  const taken = offers.findLast(({ status }) => status === 'accepted');
  return taken ? { toPickupM: Math.round(taken.distanceM) } : {};
};

export const snapshotOf = ({
  status,
  assignment,
  riderId,
  riderUserId,
  riderName,
  riderPhone,
  offers,
  job,
}: Delivery): DeliverySnapshot => ({
  status,
  assignment,
  ...(riderId && { riderId }),
  ...(riderUserId && { riderUserId }),
  ...(riderName && { riderName }),
  ...(riderPhone && { riderPhone }),
  ...(riderId && toPickupOf(offers)),
  ...(job?.earningPaise !== undefined && { earningPaise: job.earningPaise }),
});

export const factsOf = (state: Delivery, closed: readonly ClosedOffer[]): DeliveryFacts => ({
  orderId: state.orderId,
  delivery: snapshotOf(state),
  closed: [...closed],
});

/** An offer as its rider sees it: no customer name, phone or address before acceptance. */
export const offerView = (order: Delivery['orderId'], what: Job, offer: MadeOffer): Offer => ({
  orderId: order,
  offerId: offer.offerId,
  ...(what.restaurantName !== undefined && { restaurantName: what.restaurantName }),
  pickup: what.pickup,
  ...(what.dropoffArea !== undefined && { dropoffArea: what.dropoffArea }),
  distanceM: offer.distanceM,
  ...(what.dropoff && { tripM: Math.round(distanceM(what.pickup, what.dropoff)) }),
  ...(what.earningPaise !== undefined && { earningPaise: what.earningPaise }),
  expiresAt: offer.expiresAt,
});

/** A delivery as its assigned rider sees it; undefined for one that never had a job. */
export const deliveryView = (state: Delivery, seq: number): DeliveryView | undefined => {
  if (!state.job) return undefined;
  const { restaurantId: _restaurant, userId: _customer, ...shown } = state.job;
  return {
    orderId: state.orderId,
    status: state.status,
    ...(state.riderId && { riderId: state.riderId }),
    ...shown,
    seq,
  };
};

/** A delivery among those that are under way; undefined for one that never had a job. */
export const activeView = (state: Delivery, seq: number): ActiveDelivery | undefined =>
  state.job && {
    orderId: state.orderId,
    status: state.status,
    ...(state.riderId && { riderId: state.riderId }),
    pickup: state.job.pickup,
    ...(state.job.dropoff && { dropoff: state.job.dropoff }),
    ...silenceView(state),
    seq,
  };
