import * as z from 'zod';
import { userId } from './claims.ts';
import { point } from './geo.ts';
import { offerId, orderId, riderId } from './ids.ts';
import { paise } from './money.ts';
import { page, pageQuery } from './page.ts';
import { line, phone } from './text.ts';
import { instant, looseInstant } from './time.ts';

export const vehicle = z.enum(['bicycle', 'scooter', 'motorcycle', 'car']);

/** A rider as the rider and an admin see it. The licence number never leaves the service in clear. */
export const rider = z.object({
  _id: riderId,
  userId,
  name: z.string(),
  phone: z.string(),
  vehicle: vehicle.optional(),
  licenceNumberMasked: z.string().optional(),
  isAvailable: z.boolean(),
  isVerified: z.boolean(),
  location: point.optional(),
  lastSeenAt: instant.optional(),
});
export type RiderView = z.infer<typeof rider>;
export const riderReply = z.object({ rider });

/** A rider among all, and the order he is on. */
export const listedRider = rider.extend({ orderId: orderId.optional() });
export type ListedRider = z.infer<typeof listedRider>;
export const riderList = page(listedRider);

export const registerRider = z.strictObject({
  name: line({ max: 120 }),
  phone,
  vehicle,
  licenceNumber: z.string().regex(/^[A-Za-z0-9 -]{5,24}$/, 'must be 5 to 24 letters, digits, spaces or dashes'),
});
export type RegisterRider = z.infer<typeof registerRider>;

export const verifyRider = z.strictObject({ isVerified: z.boolean() });
export const setAvailability = z.strictObject({ isAvailable: z.boolean(), location: point.optional() });

/** One position report; `seq` rises with each report of the same app. */
export const fix = z.strictObject({
  seq: z.int().min(0),
  at: looseInstant,
  location: point,
  accuracyM: z.number().min(0).max(100_000),
  speedMps: z.number().min(0).max(1_000).optional(),
});
export type Fix = z.infer<typeof fix>;
export const reportLocations = z.strictObject({ points: z.array(fix).min(1).max(50) });
export const dropReason = z.enum(['inaccurate', 'repeated', 'too_fast', 'future', 'old', 'nowhere']);
export type DropReason = z.infer<typeof dropReason>;
export const locationsReply = z.object({
  accepted: z.int(),
  dropped: z.array(z.object({ seq: z.int(), reason: dropReason })),
  /** After how many milliseconds the next report is wanted: soon on a trip, seldom from a rider who stands or is off duty. */
  nextInMs: z.int().optional(),
});
export type LocationsReply = z.infer<typeof locationsReply>;

/** A delivery proposed to one rider; no customer name or phone before acceptance. */
export const offer = z.object({
  orderId,
  offerId,
  restaurantName: z.string().optional(),
  pickup: point,
  dropoffArea: z.string().optional(),
  distanceM: z.number(),
  tripM: z.number().optional(),
  earningPaise: paise.optional(),
  expiresAt: instant,
});
export type Offer = z.infer<typeof offer>;
export const offerList = z.object({ items: z.array(offer) });

export const deliveryStatus = z.enum([
  'searching',
  'offering',
  'assigned',
  'picked_up',
  'delivered',
  'cancelled',
  'escalated',
]);
export type DeliveryStatus = z.infer<typeof deliveryStatus>;

/** A delivery as its assigned rider sees it; after a bare ready message the fields it did not carry are absent. */
export const delivery = z.object({
  orderId,
  status: deliveryStatus,
  riderId: riderId.optional(),
  restaurantName: z.string().optional(),
  pickup: point,
  dropoff: point.optional(),
  dropoffArea: z.string().optional(),
  customerPhone: z.string().optional(),
  earningPaise: paise.optional(),
  seq: z.int(),
});
export type DeliveryView = z.infer<typeof delivery>;
export const deliveryReply = z.object({ delivery });

export const offerState = z.enum(['sent', 'accepted', 'declined', 'expired', 'revoked', 'released']);
export type OfferState = z.infer<typeof offerState>;

/** An offer of a delivery as its restaurant and an admin see it, whatever became of it. `closedAt`: when it came to the state it is in. */
export const offerMade = z.object({
  offerId,
  riderId,
  riderUserId: userId,
  state: offerState,
  wave: z.int(),
  distanceM: z.number(),
  earningPaise: paise.optional(),
  offeredAt: instant,
  expiresAt: instant,
  closedAt: instant.optional(),
});
export type OfferMade = z.infer<typeof offerMade>;

/** How far a search has come: waves of offers made, the radius last looked in. `nextAt`, while it goes on: when it is looked at next. */
export const searchProgress = z.object({ wave: z.int(), radiusM: z.number(), nextAt: instant.optional() });
export type SearchProgress = z.infer<typeof searchProgress>;

/** A rider on a job of whom no position comes any more: since when, and where he was last. */
export const riderSilence = z.object({
  since: instant,
  lastKnown: z.object({ location: point, at: instant }).optional(),
});
export type RiderSilence = z.infer<typeof riderSilence>;

/**
 * Everything known of a delivery: every offer ever made, oldest first, its search once there was one, who has the job, and whether he has
 * fallen silent.
 */
export const deliveryInFull = z.object({
  delivery,
  offers: z.array(offerMade),
  search: searchProgress.optional(),
  riderName: z.string().optional(),
  riderSilent: riderSilence.optional(),
});
export type DeliveryInFull = z.infer<typeof deliveryInFull>;

/** Where a rider was while he had a delivery, oldest first; `assignment` counts the riders who have had it. `at`: by his own clock. */
export const trail = z.object({
  assignment: z.int(),
  riderId,
  points: z.array(z.object({ at: instant, location: point })),
});
export const trailList = z.object({ items: z.array(trail) });

export const listDeliveries = pageQuery.extend({ active: z.literal('true') });
export const activeDelivery = delivery
  .pick({ orderId: true, status: true, riderId: true, pickup: true, dropoff: true, seq: true })
  .extend({ riderSilent: riderSilence.optional() });
export type ActiveDelivery = z.infer<typeof activeDelivery>;
export const activeDeliveryList = page(activeDelivery);

export const deliver = z.strictObject({ code: z.string().max(16).optional() });
export const releaseDelivery = z.strictObject({ reason: line({ max: 300 }) });

export const exclusion = z.enum(['busy', 'stale', 'declined', 'expired', 'released']);
export type Exclusion = z.infer<typeof exclusion>;

/**
 * A rider looked at, and what his score was made of when he could be asked: the age of his position, the seconds since his last delivery
 * (absent when he had none), how many of his newest offers he took (0 to 1), and whether he was deciding about another one. `finishesInM`:
 * he is busy, and will be free nearby after so many metres.
 */
export const candidate = z.object({
  riderId,
  distanceM: z.number(),
  score: z.number(),
  excluded: exclusion.optional(),
  finishesInM: z.number().optional(),
  ageS: z.number().optional(),
  idleS: z.number().optional(),
  acceptance: z.number().optional(),
  isThinking: z.boolean().optional(),
});

/** Why this rider: the nearest candidates of one step of the search, and what became of each. A higher score is better. */
export const decision = z.object({
  at: instant,
  wave: z.int(),
  radiusM: z.number(),
  considered: z.int(),
  candidates: z.array(candidate),
  offered: z.array(riderId),
});
export type SearchDecision = z.infer<typeof decision>;
/** A decision as it is told: `outcomes` says what has become of the offers it made. */
export const toldDecision = decision.extend({ outcomes: z.array(z.object({ riderId, state: offerState })) });
export type ToldDecision = z.infer<typeof toldDecision>;
export const decisionList = z.object({ items: z.array(toldDecision) });
