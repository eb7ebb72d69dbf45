import * as z from 'zod';
import { gatewayOrderId, gatewayPaymentId, orderId } from './ids.ts';
import { currency, paise, positivePaise } from './money.ts';
import { line } from './text.ts';

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

export const refund = z.object({
  id: z.string(),
  amountPaise: paise,
  status: refundState,
  reason: z.string(),
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
export const requestRefund = z.strictObject({
  amountPaise: positivePaise.min(100).optional(),
  reason: line({ max: 300 }),
});
export const refundReply = z.object({ refund });
export const webhookReply = z.object({ duplicate: z.boolean().optional() });
