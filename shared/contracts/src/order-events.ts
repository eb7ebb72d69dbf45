import * as z from 'zod';
import { userId } from './claims.ts';
import { latitudeLongitude, point } from './geo.ts';
import { orderId, restaurantId, riderId } from './ids.ts';
import { currency, paise } from './money.ts';
import { eta, order, orderStatus, paymentStatus } from './order-api.ts';
import { instant } from './time.ts';

/** What every order event says, so that a push needs no question back. */
export const orderFacts = z.object({
  orderId,
  userId,
  restaurantId,
  restaurantName: z.string(),
  status: orderStatus,
  paymentStatus,
  totalPaise: paise,
  currency,
  /** As expected after this event; absent before the kitchen's answer and after the end. */
  eta: eta.optional(),
});
export type OrderFacts = z.infer<typeof orderFacts>;

const withRider = orderFacts.extend({
  riderId,
  riderUserId: userId,
  riderName: z.string(),
  riderPhone: z.string().optional(),
});

const readyPlace = z.union([point, latitudeLongitude]);
const readyVersion1 = z.object({ orderId, restaurantId, location: readyPlace });

/** Version 1 is what other programs send bare; what it does not carry stays absent all the way to the rider. */
const readyVersion2 = z.object({
  orderId,
  restaurantId,
  location: point,
  userId: userId.optional(),
  restaurantName: z.string().optional(),
  dropoff: point.optional(),
  dropoffArea: z.string().optional(),
  customerPhone: z.string().optional(),
  readyAt: instant.optional(),
  earningPaise: paise.optional(),
  status: orderStatus.optional(),
  paymentStatus: paymentStatus.optional(),
  totalPaise: paise.optional(),
  eta: eta.optional(),
});
export type ReadyForRider = z.infer<typeof readyVersion2>;

export const cancelledBy = z.enum(['customer', 'restaurant', 'admin', 'no_rider']);
export type CancelledBy = z.infer<typeof cancelledBy>;

export const orderEvents = {
  ORDER_CREATED: { aggregate: 'order', versions: { 1: orderFacts.extend({ expiresAt: instant }) } },
  ORDER_PLACED: { aggregate: 'order', versions: { 1: orderFacts.extend({ paymentId: z.string(), order }) } },
  ORDER_EXPIRED: { aggregate: 'order', versions: { 1: orderFacts } },
  ORDER_ACCEPTED: {
    aggregate: 'order',
    versions: { 1: orderFacts.extend({ prepMinutes: z.int(), readyBy: instant }) },
  },
  ORDER_REJECTED: {
    aggregate: 'order',
    versions: { 1: orderFacts.extend({ reason: z.string(), by: z.enum(['restaurant', 'no_answer']) }) },
  },
  ORDER_PREPARING: { aggregate: 'order', versions: { 1: orderFacts } },
  ORDER_READY_FOR_RIDER: {
    aggregate: 'order',
    versions: { 1: readyVersion1, 2: readyVersion2 },
    upcasts: { 1: (data: z.infer<typeof readyVersion1>): ReadyForRider => data },
  },
  ORDER_CANCELLED: {
    aggregate: 'order',
    versions: {
      1: orderFacts.extend({ by: cancelledBy, reason: z.string().optional(), riderUserId: userId.optional() }),
    },
  },
  ORDER_RIDER_ASSIGNED: { aggregate: 'order', versions: { 1: withRider } },
  ORDER_RIDER_UNASSIGNED: {
    aggregate: 'order',
    versions: { 1: orderFacts.extend({ riderId: riderId.optional(), riderUserId: userId.optional() }) },
  },
  ORDER_PICKED_UP: { aggregate: 'order', versions: { 1: withRider } },
  ORDER_DELIVERED: { aggregate: 'order', versions: { 1: withRider } },
  ORDER_CASE_OPENED: { aggregate: 'order', versions: { 1: orderFacts.extend({ reason: z.string() }) } },
  ORDER_PAYMENT_REFUSED: {
    aggregate: 'order',
    versions: {
      1: orderFacts.extend({
        reason: z.enum(['wrong_amount', 'wrong_currency', 'too_late', 'second_payment']),
        paymentId: z.string(),
        paidPaise: paise,
        paidCurrency: z.string(),
      }),
    },
  },
  ORDER_REFUNDED: {
    aggregate: 'order',
    versions: { 1: orderFacts.extend({ refundId: z.string(), amountPaise: paise, refundedPaise: paise }) },
  },
  ORDER_REFUND_FAILED: {
    aggregate: 'order',
    versions: { 1: orderFacts.extend({ refundId: z.string(), amountPaise: paise }) },
  },
} as const;
