import { isUtf8 } from 'node:buffer';
import { type GatewayOrderId, gatewayOrderId } from '@tiffin/contracts/ids';
import * as z from 'zod';
import type { PaymentFact, RefundFact } from '../payments/gateway.ts';
import { paymentEntity, REFUND_KEY_NOTE, refundEntity } from '../payments/razorpay-entities.ts';

/** What a webhook tells us. `ignored`: an event we take nothing from. */
export type WebhookTold =
  | { readonly kind: 'payment'; readonly payment: PaymentFact }
  | { readonly kind: 'refund'; readonly refund: RefundFact; readonly payment: PaymentFact | undefined }
  | { readonly kind: 'ignored' };

export type WebhookBody = {
  readonly event: string;
  readonly accountId: string;
  readonly createdAt: Date;
  readonly told: WebhookTold;
};

const under = <Entity extends z.ZodType>(entity: Entity) => z.object({ entity });

const envelope = z.object({
  event: z.string().min(1).max(100),
  account_id: z.string().max(64),
  // Unix seconds; `refund.speed_changed` has it inside the payload, and tells us nothing.
  created_at: z.int().min(0).max(9_999_999_999).optional(),
  payload: z.record(z.string(), z.unknown()),
});

const paymentPayload = z.object({
  payment: under(paymentEntity),
  order: under(z.object({ id: gatewayOrderId })).optional(),
});
const refundPayload = z.object({ refund: under(refundEntity), payment: under(paymentEntity).optional() });

const PAYMENT_EVENTS = new Set(['payment.authorized', 'payment.captured', 'payment.failed', 'order.paid']);
// The samples of `refund.created` say `processed` already: the name of the event is what counts.
const REFUND_STATUS = new Map<string, RefundFact['status']>([
  ['refund.created', 'pending'],
  ['refund.processed', 'processed'],
  ['refund.failed', 'failed'],
]);

/** Reads a webhook's JSON loosely: what is not used is not required. Undefined when it has not the form its event promises. */
export const readWebhook = (json: unknown): WebhookBody | undefined => {
  const read = envelope.safeParse(json);
  if (!read.success) return undefined;
  const { event, account_id: accountId, created_at: createdAt = 0, payload } = read.data;
  const told = readPayload(event, payload);
  if (!told || (told.kind !== 'ignored' && createdAt === 0)) return undefined;
  return { event, accountId, createdAt: new Date(createdAt * 1000), told };
};

const readPayload = (event: string, payload: unknown): WebhookTold | undefined => {
  if (PAYMENT_EVENTS.has(event)) {
    const read = paymentPayload.safeParse(payload);
    if (!read.success) return undefined;
    const { payment, order } = read.data;
    // An order event about a payment of another order contradicts itself.
    if (order && order.entity.id !== payment.entity.gatewayOrderId) return undefined;
    return { kind: 'payment', payment: payment.entity };
  }
  const status = REFUND_STATUS.get(event);
  if (status === undefined) return { kind: 'ignored' };
  const read = refundPayload.safeParse(payload);
  if (!read.success) return undefined;
  return {
    kind: 'refund',
    refund: { ...read.data.refund.entity, status },
    payment: read.data.payment?.entity,
  };
};

/** The gateway's order a webhook tells of, if it names one. */
export const gatewayOrderOf = ({ told }: WebhookBody): GatewayOrderId | undefined =>
  told.kind === 'ignored' ? undefined : told.payment?.gatewayOrderId;

/** The JSON of a body, or undefined when its bytes are not JSON in UTF-8. */
export const parseBytes = (bytes: Buffer): unknown => {
  if (!isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
};

/** Names whose values may be kept: what money did, nothing of whose it is. */
const KEPT = new Set(
  `event account_id contains payload payment order refund entity created_at id amount amount_paid amount_due amount_refunded base_amount
  currency status order_id payment_id receipt attempts method captured refund_status international fee tax error_code error_source
  error_step error_reason late_authorized speed_processed speed_requested notes ${REFUND_KEY_NOTE}`.split(/\s+/),
);
const MAX_DEPTH = 8;
const MAX_ITEMS = 50;
const MAX_TEXT = 200;

/**
 * A body as it may be stored: names, addresses, telephone numbers, cards and whatever a customer wrote are left out. A list of what is
 * forbidden would keep the field the gateway adds tomorrow.
 */
export const withoutPersonalData = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => withoutPersonalData(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => KEPT.has(name))
      .map(([name, item]) => [name, withoutPersonalData(item, depth + 1)]),
  );
};
