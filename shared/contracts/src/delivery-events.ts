import * as z from 'zod';
import { userId } from './claims.ts';
import { orderId, riderId } from './ids.ts';
import { paise } from './money.ts';
import { deliveryStatus, offer, riderSilence } from './rider-api.ts';

/** The whole small state of a delivery after an event, so that the newest wins and a missed one is not missed. */
export const deliverySnapshot = z.object({
  status: deliveryStatus,
  /** 0 until the first rider; rises with each RIDER_ASSIGNED. */
  assignment: z.int().min(0),
  riderId: riderId.optional(),
  riderUserId: userId.optional(),
  riderName: z.string().optional(),
  riderPhone: z.string().optional(),
  /** How far from the pickup its rider was when he was asked, as the crow flies; absent in events of older programs. */
  toPickupM: z.number().min(0).optional(),
  /** What the trip earns its rider; absent after a bare ready message, and in events of older programs. */
  earningPaise: paise.optional(),
});
export type DeliverySnapshot = z.infer<typeof deliverySnapshot>;

export const closedReason = z.enum(['taken', 'expired', 'cancelled']);
export const closedOffer = z.object({ offerId: z.string(), riderUserId: userId, reason: closedReason });
export type ClosedOffer = z.infer<typeof closedOffer>;

const deliveryFacts = z.object({ orderId, delivery: deliverySnapshot, closed: z.array(closedOffer) });
export type DeliveryFacts = z.infer<typeof deliveryFacts>;

const offered = z.object({
  orderId,
  wave: z.int().min(1),
  offers: z.array(offer.extend({ riderId, riderUserId: userId })),
});
const closedOffers = z.object({ orderId, closed: z.array(closedOffer) });

/** No position has come from the rider of a job for a while; one that comes again ends the silence without a word. */
const riderSilent = riderSilence.extend({ orderId, riderId });
/** Something about a delivery waits for a person: the rider has disappeared with the food, or nobody knows the code at the door. */
const caseOpened = riderSilence.partial().extend({ orderId, riderId, reason: z.string() });

export const deliveryEvents = {
  DELIVERY_OFFERED: { aggregate: 'delivery', versions: { 1: offered } },
  OFFER_DECLINED: { aggregate: 'delivery', versions: { 1: closedOffers } },
  OFFER_EXPIRED: { aggregate: 'delivery', versions: { 1: closedOffers } },
  OFFER_REVOKED: { aggregate: 'delivery', versions: { 1: closedOffers } },
  RIDER_ASSIGNED: { aggregate: 'delivery', versions: { 1: deliveryFacts } },
  RIDER_UNASSIGNED: { aggregate: 'delivery', versions: { 1: deliveryFacts.extend({ reason: z.string().optional() }) } },
  DELIVERY_PICKED_UP: { aggregate: 'delivery', versions: { 1: deliveryFacts } },
  DELIVERY_COMPLETED: { aggregate: 'delivery', versions: { 1: deliveryFacts } },
  DELIVERY_CANCELLED: { aggregate: 'delivery', versions: { 1: deliveryFacts } },
  DELIVERY_ESCALATED: { aggregate: 'delivery', versions: { 1: deliveryFacts } },
  RIDER_SILENT: { aggregate: 'delivery', versions: { 1: riderSilent } },
  DELIVERY_CASE_OPENED: { aggregate: 'delivery', versions: { 1: caseOpened } },
} as const;
