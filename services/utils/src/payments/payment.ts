import { userId } from '@tiffin/contracts/claims';
import type { EventData } from '@tiffin/contracts/event-catalogue';
import {
  type GatewayPaymentId,
  gatewayOrderId,
  gatewayPaymentId,
  gatewayRefundId,
  itemId,
  orderId,
  restaurantId,
} from '@tiffin/contracts/ids';
import { currency, inPaise, type Paise, paise, positivePaise } from '@tiffin/contracts/money';
import { type PaymentState as PaymentStatus, type PaymentView, paymentState } from '@tiffin/contracts/payment-api';
import type { paymentEvents } from '@tiffin/contracts/payment-events';
import { instant } from '@tiffin/contracts/time';
import * as z from 'zod';

/** One try to pay, as far as the gateway has told us. `returned`: authorised money that nobody captured and that went back by itself. */
export const attempt = z.object({
  gatewayPaymentId,
  status: z.enum(['created', 'failed', 'authorized', 'returned', 'captured']),
  amountPaise: paise,
  method: z.string().optional(),
  reason: z.string().optional(),
  capturedPaise: paise,
  /** Sums over this attempt's refunds, recounted at each change: given back, and promised. */
  refundedPaise: paise,
  reservedPaise: paise,
});
export type Attempt = z.infer<typeof attempt>;

/**
 * One refund, known by its key for ever: `submitted` the gateway is being asked, `unknown` it was asked and perhaps did it, `pending` it
 * has it. A refund made at the gateway's dashboard has the gateway's id for a key and `attempt` 0.
 */
export const refundRecord = z.object({
  key: z.string(),
  gatewayPaymentId,
  amountPaise: positivePaise,
  reason: z.string(),
  status: z.enum(['requested', 'submitted', 'unknown', 'pending', 'processed', 'failed', 'manual_review']),
  gatewayRefundId: gatewayRefundId.optional(),
  attempt: z.int().min(0),
  /** How often the gateway was asked about it. */
  tries: z.int().min(0),
  nextTryAt: instant.optional(),
  requestedAt: instant.optional(),
  /** What the gateway, or the way to it, said when it last did not do it. */
  lastFailure: z.object({ at: instant, reason: z.string() }).optional(),
  /** What was missing; `restaurantPaise` is its price, the rest of the amount its share of the platform fee. */
  items: z.array(z.object({ itemId, quantity: z.int().min(1) })).optional(),
  restaurantPaise: paise.optional(),
  /** All that was left, not an amount somebody named: when a part of it turns out to be back already, the rest is still meant. */
  whole: z.boolean().optional(),
  /** The request that asked for it, so that the same request asks once. */
  origin: z.string().optional(),
});
export type RefundRecord = z.infer<typeof refundRecord>;

/** What the rules of a payment own. The order's id is the payment's: one payment an order, with as many attempts as the customer needs. */
export const paymentStateSchema = z.object({
  orderId,
  userId,
  restaurantId,
  restaurantOwnerId: userId,
  gatewayOrderId,
  amountPaise: positivePaise,
  currency,
  status: paymentState,
  attempts: z.array(attempt),
  refunds: z.array(refundRecord),
  /** The attempt PAYMENT_SUCCESS told of: at most one, for ever. */
  succeededWith: gatewayPaymentId.optional(),
  openedAt: instant,
  payableUntil: instant,
  /** When to ask the gateway next, whatever it tells us by itself. */
  lookAt: instant.optional(),
});
export type PaymentState = z.infer<typeof paymentStateSchema>;

type PaymentEventType = keyof typeof paymentEvents;
/** An event of a payment, its data checked against the catalogue by the compiler. */
export type PaymentEvent = {
  [T in PaymentEventType]: { type: T; version: number; data: EventData<T> };
}[PaymentEventType];

export const paymentEvent = <T extends PaymentEventType>(type: T, data: EventData<T>) => ({
  type,
  version: type === 'PAYMENT_SUCCESS' ? 2 : 1,
  data,
});

export const attemptOf = (state: PaymentState, id: GatewayPaymentId): Attempt | undefined =>
  state.attempts.find((known) => known.gatewayPaymentId === id);

/** The attempt that speaks for the payment: the one told of, else the first that brought money. */
export const primaryAttempt = (state: PaymentState): Attempt | undefined =>
  state.attempts.find((known) =>
    state.succeededWith === undefined ? known.status === 'captured' : known.gatewayPaymentId === state.succeededWith,
  );

/** What of an attempt's money is neither given back nor promised. */
export const leftOf = ({ capturedPaise, refundedPaise, reservedPaise }: Attempt): Paise =>
  inPaise(Math.max(0, capturedPaise - refundedPaise - reservedPaise));

const OPEN: ReadonlySet<RefundRecord['status']> = new Set(['requested', 'submitted', 'unknown', 'pending']);
export const isOpen = ({ status }: RefundRecord): boolean => OPEN.has(status);

/** The state with everything that follows from attempts and refunds counted anew, so that no sum can drift from what it sums. */
export const recounted = (state: PaymentState): PaymentState => {
  const attempts = state.attempts.map((known): Attempt => {
    const refunds = state.refunds.filter((refund) => refund.gatewayPaymentId === known.gatewayPaymentId);
    return {
      ...known,
      refundedPaise: sum(refunds.filter(({ status }) => status === 'processed')),
      reservedPaise: sum(refunds.filter(isOpen)),
    };
  });
  const next = { ...state, attempts };
  return { ...next, status: statusOf(next) };
};

const sum = (refunds: readonly RefundRecord[]): Paise =>
  inPaise(refunds.reduce((total, { amountPaise }) => total + amountPaise, 0));

const statusOf = (state: PaymentState): PaymentStatus => {
  const primary = primaryAttempt(state);
  if (primary) return moneyStatus(state, primary);
  const statuses = new Set(state.attempts.map(({ status }) => status));
  if (statuses.has('authorized')) return 'authorized';
  if (statuses.has('created')) return 'pending';
  return statuses.size > 0 ? 'failed' : 'created';
};

// Money that a person still has to send back is not back: a refund in manual review leaves the payment `refund_pending`.
const moneyStatus = (
  state: PaymentState,
  { gatewayPaymentId, capturedPaise, refundedPaise }: Attempt,
): PaymentStatus => {
  if (refundedPaise >= capturedPaise) return 'refunded';
  const owed = state.refunds.some(
    (refund) => refund.gatewayPaymentId === gatewayPaymentId && (isOpen(refund) || refund.status === 'manual_review'),
  );
  if (owed) return 'refund_pending';
  return refundedPaise > 0 ? 'partially_refunded' : 'captured';
};

const SHOWN_AS = { submitted: 'requested', unknown: 'requested' } as const;

type RefundView = PaymentView['refunds'][number];

/** A refund as its customer may see it. */
export const refundView = ({ key, amountPaise, status, reason, items }: RefundRecord): RefundView => ({
  id: key,
  amountPaise,
  status: status === 'submitted' || status === 'unknown' ? SHOWN_AS[status] : status,
  reason,
  ...(items === undefined ? {} : { items }),
});

/** A refund with every step it took, as admins may see it. */
export const refundViewForAdmin = (refund: RefundRecord): RefundView => {
  const {
    key: _,
    amountPaise: _amount,
    reason: _reason,
    items: _items,
    origin: _origin,
    whole: _whole,
    status,
    ...steps
  } = refund;
  return { ...refundView(refund), progress: { step: status, ...steps } };
};

/** A payment as its customer and its restaurant may see it, and, with their own view of a refund, admins. */
export const paymentView = (state: PaymentState, viewOfRefund = refundView): PaymentView => {
  const primary = primaryAttempt(state);
  return {
    orderId: state.orderId,
    status: state.status,
    amountPaise: state.amountPaise,
    currency: state.currency,
    gatewayOrderId: state.gatewayOrderId,
    ...(primary ? { gatewayPaymentId: primary.gatewayPaymentId } : {}),
    refunds: state.refunds.map((refund) => viewOfRefund(refund)),
  };
};

/** Its customer, its restaurant's owner, an admin; to everybody else the payment is not there. */
export const maySee = (state: PaymentState, { role, userId }: { readonly role: string; readonly userId: string }) =>
  role === 'admin' ||
  (role === 'customer' && state.userId === userId) ||
  (role === 'restaurant' && state.restaurantOwnerId === userId);

/** When a payment wants to be looked at again: for money that may have come unnoticed, or for a refund that is under way. */
export const paymentNextActionAt = (state: PaymentState): Date | undefined => {
  const times = [state.lookAt, ...state.refunds.map(({ nextTryAt }) => nextTryAt)].filter((at) => at !== undefined);
  return times.length > 0 ? new Date(Math.min(...times.map(Date.parse))) : undefined;
};
