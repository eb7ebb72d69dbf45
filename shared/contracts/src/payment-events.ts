import * as z from 'zod';
import { orderId } from './ids.ts';
import { inPaise, paise, positivePaise, rupeesToPaise } from './money.ts';

const currencyCode = z.string().regex(/^[A-Z]{3}$/);

/** `amount` is in rupees: refused unless it is a plain decimal with at most two decimals. */
const successVersion1 = z.object({
  orderId,
  paymentId: z.string().min(1).max(128),
  amount: z
    .number()
    .refine((rupees) => (rupeesToPaise(rupees) ?? 0) > 0, 'must be positive rupees with at most two decimals'),
});

const successVersion2 = z.object({
  orderId,
  paymentId: z.string().min(1).max(128),
  gatewayOrderId: z.string().max(64).optional(),
  amountPaise: positivePaise,
  currency: currencyCode,
  method: z.string().max(64).optional(),
});
export type PaymentSuccess = z.infer<typeof successVersion2>;

const refundFacts = z.object({
  orderId,
  refundId: z.string().max(128),
  paymentId: z.string().max(128),
  amountPaise: paise,
  /** Refunded so far of that payment. */
  refundedPaise: paise,
  reason: z.string(),
  /** Of a missing item: its price, which its restaurant bears. The rest of the amount, and all of any other refund, it does not. */
  restaurantPaise: paise.optional(),
});
export type RefundFacts = z.infer<typeof refundFacts>;

export const paymentEvents = {
  PAYMENT_CREATED: {
    aggregate: 'payment',
    versions: { 1: z.object({ orderId, gatewayOrderId: z.string(), amountPaise: paise, currency: currencyCode }) },
  },
  PAYMENT_FAILED: {
    aggregate: 'payment',
    versions: { 1: z.object({ orderId, paymentId: z.string(), reason: z.string() }) },
  },
  PAYMENT_SUCCESS: {
    aggregate: 'payment',
    versions: { 1: successVersion1, 2: successVersion2 },
    upcasts: {
      1: ({ orderId, paymentId, amount }: z.infer<typeof successVersion1>): PaymentSuccess => ({
        orderId,
        paymentId,
        amountPaise: inPaise(rupeesToPaise(amount) ?? 0),
        currency: 'INR',
      }),
    },
  },
  /** Money that was captured and does not pay the order: it was paid already, or this money is back already. */
  PAYMENT_SURPLUS: {
    aggregate: 'payment',
    versions: {
      1: z.object({
        orderId,
        paymentId: z.string(),
        gatewayOrderId: z.string(),
        amountPaise: positivePaise,
        currency: currencyCode,
      }),
    },
  },
  REFUND_REQUESTED: { aggregate: 'payment', versions: { 1: refundFacts } },
  REFUND_PROCESSED: { aggregate: 'payment', versions: { 1: refundFacts } },
  REFUND_FAILED: { aggregate: 'payment', versions: { 1: refundFacts } },
} as const;
