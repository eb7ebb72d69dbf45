import * as z from 'zod';
import { gatewayOrderId, gatewayPaymentId, gatewayRefundId, itemId, orderId } from './ids.ts';
import { currency, paise, positivePaise } from './money.ts';
import { line } from './text.ts';
import { instant } from './time.ts';

export const paymentState = z.enum([
  'created',
  'pending',
  'failed',
  'authorized',
  'captured',
  'refund_pending',
  'partially_refunded',
  'refunded',
]);
export type PaymentState = z.infer<typeof paymentState>;

export const refundState = z.enum(['requested', 'pending', 'processed', 'failed', 'manual_review']);
export type RefundState = z.infer<typeof refundState>;

export const startPayment = z.strictObject({ orderId });
/** What the checkout page needs. */
export const checkout = z.object({
  key: z.string(),
  razorpayOrderId: gatewayOrderId,
  amountPaise: paise,
  currency,
  orderId,
});

/** What the checkout page hands back after a payment. The signature proves who wrote it, not that money moved. */
export const verifyPayment = z.strictObject({
  razorpay_order_id: gatewayOrderId,
  razorpay_payment_id: gatewayPaymentId,
  razorpay_signature: z.string().max(256),
});
export const verifyReply = z.object({ status: z.string() });

/** How far a refund has come, for admins: `unknown` was asked for and perhaps made, `submitted` is being asked for. */
export const refundProgress = z.object({
  step: z.enum(['requested', 'submitted', 'unknown', 'pending', 'processed', 'failed', 'manual_review']),
  gatewayPaymentId,
  gatewayRefundId: gatewayRefundId.optional(),
  requestedAt: instant.optional(),
  /** Which try to send this money it is, under a key of its own; 0 for a refund made at the gateway's dashboard. */
  attempt: z.int(),
  /** How often the gateway was asked about it, under this key. */
  tries: z.int(),
  nextTryAt: instant.optional(),
  lastFailure: z.object({ at: instant, reason: z.string() }).optional(),
  restaurantPaise: paise.optional(),
});

/** As many of one item as an order can hold. */
const MOST_OF_AN_ITEM = 1_500;
const MOST_ITEMS = 30;
const refundedItem = z.strictObject({ itemId, quantity: z.int().min(1).max(MOST_OF_AN_ITEM) });

export const refund = z.object({
  id: z.string(),
  amountPaise: paise,
  status: refundState,
  reason: z.string(),
  /** What was missing, when that is why. */
  items: z.array(refundedItem).optional(),
  /** Shown to admins. */
  progress: refundProgress.optional(),
});
export const payment = z.object({
  orderId,
  status: paymentState,
  amountPaise: paise,
  currency,
  gatewayOrderId: gatewayOrderId,
  gatewayPaymentId: gatewayPaymentId.optional(),
  refunds: z.array(refund),
});
export type PaymentView = z.infer<typeof payment>;
export const paymentReply = z.object({ payment });
/** All that is left, an amount, or items that were missing: their price and their share of the platform fee. */
export const requestRefund = z
  .strictObject({
    amountPaise: positivePaise.min(100).optional(),
    items: z.array(refundedItem).min(1).max(MOST_ITEMS).optional(),
    reason: line({ max: 300 }),
  })
  .refine(({ amountPaise, items }) => amountPaise === undefined || items === undefined, 'give amountPaise or items')
  .refine(
    ({ items = [] }) => new Set(items.map(({ itemId }) => itemId)).size === items.length,
    'name each item once, with its quantity',
  );
export const refundReply = z.object({ refund });
export const webhookReply = z.object({ duplicate: z.boolean().optional() });
