import * as z from 'zod';
import { userId } from './claims.ts';
import { storedEvent } from './envelope.ts';
import { point } from './geo.ts';
import { itemId, orderId, restaurantId, riderId } from './ids.ts';
import { currency, paise } from './money.ts';
import { line, phone } from './text.ts';
import { instant, looseInstant } from './time.ts';

export const orderStatus = z.enum([
  'pending_payment',
  'placed',
  'accepted',
  'preparing',
  'ready_for_rider',
  'rider_assigned',
  'picked_up',
  'delivered',
  'cancelled',
  'rejected',
  'expired',
]);
export type OrderStatus = z.infer<typeof orderStatus>;

export const paymentStatus = z.enum([
  'pending',
  'paid',
  'refund_pending',
  'partially_refunded',
  'refunded',
  'refund_failed',
]);
export type PaymentStatus = z.infer<typeof paymentStatus>;

export const deliveryAddress = z.strictObject({ formattedAddress: line({ max: 300 }), phone, location: point });
export type DeliveryAddress = z.infer<typeof deliveryAddress>;

export const orderLine = z.object({ itemId, name: z.string(), pricePaise: paise, quantity: z.int().min(1).max(50) });
export type OrderLine = z.infer<typeof orderLine>;

/** When an order is expected at its door: whole minutes, `earliest` never after `latest`. */
export const eta = z.object({ earliest: instant, latest: instant });
export type Eta = z.infer<typeof eta>;

/** An order as the people who may see it get it; `deliveryCode` is shown to its customer only. */
export const order = z.object({
  _id: orderId,
  userId,
  restaurantId,
  restaurantName: z.string(),
  riderId: riderId.optional(),
  riderName: z.string().optional(),
  items: z.array(orderLine),
  subtotalPaise: paise,
  deliveryFeePaise: paise,
  platformFeePaise: paise,
  totalPaise: paise,
  currency,
  deliveryAddress,
  pickup: point,
  status: orderStatus,
  paymentStatus,
  seq: z.int(),
  createdAt: instant,
  updatedAt: instant,
  expiresAt: instant.optional(),
  readyBy: instant.optional(),
  /** From the kitchen's answer until the food is delivered. */
  eta: eta.optional(),
  deliveryCode: z.string().optional(),
});
export type OrderView = z.infer<typeof order>;

export const orderReply = z.object({ order });
export const orderList = z.object({ items: z.array(order), nextCursor: z.string().nullable() });
export const orderEvents = z.object({ items: z.array(storedEvent) });

export const placeOrder = z.strictObject({
  restaurantId,
  items: z
    .array(z.strictObject({ itemId, quantity: z.int().min(1).max(50) }))
    .min(1)
    .max(30),
  deliveryAddress,
});
export type PlaceOrder = z.infer<typeof placeOrder>;

export const acceptOrder = z.strictObject({ prepMinutes: z.int().min(1).max(180) });
export const rejectOrder = z.strictObject({ reason: line({ max: 300 }) });
export const cancelOrder = z.strictObject({ reason: line({ max: 300 }).optional() });

const anyStatus = `(?:${orderStatus.options.join('|')})`;
/** One status or several, comma separated: `placed,accepted`. */
const statusList = z
  .string()
  .regex(new RegExp(`^${anyStatus}(?:,${anyStatus})*$`), 'must be statuses of an order, comma separated')
  .transform((text) => text.split(','))
  .pipe(z.array(orderStatus));

export const listOrders = z.strictObject({
  status: statusList.optional(),
  restaurantId: restaurantId.optional(),
  /** Only orders made after this moment. */
  orderedAfter: looseInstant.optional(),
  limit: z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .default(20),
  cursor: z.string().max(1024).optional(),
});

/** What the payments service may ask of an order. */
export const bill = z.object({
  orderId,
  userId,
  restaurantId,
  restaurantOwnerId: userId,
  status: orderStatus,
  totalPaise: paise,
  currency,
  expiresAt: instant.optional(),
  correlationId: z.string(),
  /** What was bought, at its price then. Absent, as are the sums, where an older restaurant service still answers. */
  items: z.array(orderLine).optional(),
  subtotalPaise: paise.optional(),
  deliveryFeePaise: paise.optional(),
  platformFeePaise: paise.optional(),
});
export type Bill = z.infer<typeof bill>;

/** What the realtime service may ask of an order: who may watch it, and its history after a `seq`. */
export const orderForWatchers = z.object({
  order,
  parties: z.object({ userId, restaurantOwnerId: userId, riderUserId: userId.optional() }),
  events: z.array(storedEvent.extend({ correlationId: z.string(), causationId: z.string().nullable() })),
});
export type OrderForWatchers = z.infer<typeof orderForWatchers>;
