import { gatewayOrderId, gatewayPaymentId, gatewayRefundId } from '@tiffin/contracts/ids';
import { NO_MONEY, paise, positivePaise } from '@tiffin/contracts/money';
import * as z from 'zod';
import type { GatewayOrder, PaymentFact, RefundFact } from './gateway.ts';

/** Under this name a refund carries its key in the gateway's notes, so that a listing proves what became of it. */
export const REFUND_KEY_NOTE = 'tiffin_refund_key';
const refundKey = z.string().regex(/^rf_pay_[A-Za-z0-9]{8,32}_\d{1,4}$/);

const text = z.string().nullish();

/**
 * Razorpay's entities, read loosely: only what is used is required. `captured` of a card's webhook snapshot is true even while it is only
 * authorised, so `status` decides; empty `notes` are `[]`. https://razorpay.com/docs/api/payments/entity
 */
export const paymentEntity = z
  .object({
    id: gatewayPaymentId,
    amount: paise,
    currency: z.string().max(8),
    status: z.enum(['created', 'authorized', 'captured', 'refunded', 'failed']),
    order_id: gatewayOrderId.nullish().catch(undefined),
    captured: z.boolean().nullish(),
    amount_refunded: paise.nullish(),
    method: text,
    error_reason: text,
    error_code: text,
  })
  .transform(
    (entity): PaymentFact => ({
      gatewayPaymentId: entity.id,
      gatewayOrderId: entity.order_id ?? undefined,
      status: statusOf(entity),
      amountPaise: entity.amount,
      amountRefundedPaise: entity.amount_refunded ?? NO_MONEY,
      currency: entity.currency,
      ...(entity.method ? { method: entity.method.slice(0, 64) } : {}),
      ...(entity.error_reason || entity.error_code
        ? { reason: (entity.error_reason || entity.error_code || '').slice(0, 120) }
        : {}),
    }),
  );

// A partial refund leaves `captured`; `refunded` is the whole of it, of captured money or of money nobody captured.
const statusOf = ({
  status,
  captured,
}: {
  status: string;
  captured?: boolean | null | undefined;
}): PaymentFact['status'] => {
  switch (status) {
    case 'refunded':
      return captured ? 'captured' : 'returned';
    case 'captured':
    case 'authorized':
    case 'failed':
      return status;
    default:
      return 'created';
  }
};

const notes = z
  .object({ [REFUND_KEY_NOTE]: refundKey })
  .partial()
  .catch({});

export const refundEntity = z
  .object({
    id: gatewayRefundId,
    payment_id: gatewayPaymentId,
    amount: positivePaise,
    currency: z.string().max(8),
    status: z.enum(['pending', 'processed', 'failed']),
    notes: notes.optional(),
  })
  .transform((entity): RefundFact => {
    const key = entity.notes?.[REFUND_KEY_NOTE];
    return {
      gatewayRefundId: entity.id,
      gatewayPaymentId: entity.payment_id,
      amountPaise: entity.amount,
      currency: entity.currency,
      status: entity.status,
      ...(key === undefined ? {} : { key }),
    };
  });

export const orderEntity = z
  .object({ id: gatewayOrderId, amount: paise, currency: z.string().max(8), receipt: z.string().nullish() })
  .transform(
    (entity): GatewayOrder => ({
      gatewayOrderId: entity.id,
      amountPaise: entity.amount,
      currency: entity.currency,
      receipt: entity.receipt ?? undefined,
    }),
  );

export const paymentCollection = z.object({ items: z.array(paymentEntity) });
export const refundCollection = z.object({ items: z.array(refundEntity) });

/** Why the gateway refused, in its own stable words; the description is for people and changes. */
export const gatewayError = z
  .object({ error: z.object({ code: text, reason: text, field: text }) })
  .transform(({ error }) => [error.code, error.reason, error.field].filter(Boolean).join(' '))
  .catch('');
