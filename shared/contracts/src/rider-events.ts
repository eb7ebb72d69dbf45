import * as z from 'zod';
import { userId } from './claims.ts';
import { point } from './geo.ts';
import { orderId, riderId } from './ids.ts';
import { instant } from './time.ts';

const riderFacts = z.object({ riderId, userId, name: z.string(), isAvailable: z.boolean(), isVerified: z.boolean() });

/** A rider's newest position; `orderId` and `userId` (the customer) while on a trip. */
export const riderPosition = z.object({
  riderId,
  riderUserId: userId,
  orderId: orderId.optional(),
  userId: userId.optional(),
  location: point,
  at: instant,
  seq: z.int(),
  speedMps: z.number().optional(),
});
export type RiderPosition = z.infer<typeof riderPosition>;

export const riderEvents = {
  RIDER_REGISTERED: { aggregate: 'rider', versions: { 1: riderFacts } },
  RIDER_VERIFIED: { aggregate: 'rider', versions: { 1: riderFacts } },
  RIDER_AVAILABILITY_CHANGED: { aggregate: 'rider', versions: { 1: riderFacts } },
  /** Not stored, transient, one batch a second. */
  RIDER_LOCATIONS: { aggregate: 'rider', versions: { 1: z.object({ points: z.array(riderPosition) }) } },
} as const;
