import type { Notes, Payment, Refund, RefundSpeed } from '../entities.ts';
import { newIdentifier } from '../identifier.ts';
import { done, extraFieldSent, invalidInput, type Outcome, refused } from '../refusal.ts';
import { fieldsOf, MINIMUM_PAISE, readAmount, readNotes, readReceipt, unexpectedFields } from '../request-fields.ts';

/** The amount that Razorpay's test mode keeps for a refund that fails. */
export const FAILING_REFUND_PAISE = 2468;
const SIX_MONTHS_S = 183 * 24 * 60 * 60;

const REFUND_FIELDS = new Set(['amount', 'speed', 'notes', 'receipt']);

export interface RefundRequest {
  /** Absent: all that has not been refunded yet. */
  readonly amount?: number;
  readonly speed: RefundSpeed;
  readonly notes: Notes;
  readonly receipt: string | null;
}

/** The body of `POST /v1/payments/:id/refund`; an empty body asks for the whole rest. */
export const readRefundRequest = (body: unknown): Outcome<RefundRequest> => {
  const fields = fieldsOf(body);
  const extra = unexpectedFields(fields, REFUND_FIELDS);
  if (extra.length > 0) return refused(extraFieldSent(extra));
  const amount = fields.amount === undefined ? done(undefined) : readAmount(fields.amount);
  if (amount.kind === 'refused') return amount;
  const speed = fields.speed ?? 'normal';
  if (speed !== 'normal' && speed !== 'optimum')
    return refused(invalidInput('The selected speed is invalid.', 'speed'));
  const notes = readNotes(fields.notes);
  if (notes.kind === 'refused') return notes;
  const receipt = readReceipt(fields.receipt);
  if (receipt.kind === 'refused') return receipt;
  return done({
    ...(amount.value === undefined ? {} : { amount: amount.value }),
    speed,
    notes: notes.value,
    receipt: receipt.value,
  });
};

export interface RefundMade {
  readonly refund: Refund;
  readonly payment: Payment;
}

/**
 * The refund of a captured payment, and that payment with the money counted out at once: two refunds of one payment
 * can never add up to more than was captured, however they race.
 */
export const makeRefund = (payment: Payment, request: RefundRequest, nowMs: number): Outcome<RefundMade> => {
  if (payment.status === 'refunded') {
    return refused(invalidInput('The payment has been fully refunded already.'));
  }
  if (payment.status !== 'captured') {
    return refused(invalidInput('The payment status should be captured for action to be taken'));
  }
  if (Math.floor(nowMs / 1000) - payment.created_at > SIX_MONTHS_S) {
    return refused(invalidInput('The payment is more than 6 months old and cannot be refunded.'));
  }
  const left = payment.amount - payment.amount_refunded;
  const amount = request.amount ?? left;
  if (amount < MINIMUM_PAISE) return refused(invalidInput('The amount must be at least INR 1.00', 'amount'));
  if (amount > payment.amount) {
    return refused(invalidInput('The refund amount provided is greater than amount captured.', 'amount'));
  }
  if (amount > left) {
    return refused(invalidInput('The total refund amount is greater than the refund payment amount', 'amount'));
  }
  return done({
    refund: pendingRefund(payment, { ...request, amount }, nowMs),
    payment: withRefunded(payment, payment.amount_refunded + amount),
  });
};

/**
 * What Razorpay does by itself with money that was authorised and never captured. The payment keeps
 * `captured: false`: that is how a receiver tells an auto-refund from one that lowers captured money.
 */
export const makeAutomaticRefund = (payment: Payment, nowMs: number): RefundMade => ({
  refund: pendingRefund(payment, { amount: payment.amount, speed: 'normal', notes: [], receipt: null }, nowMs),
  payment: withRefunded(payment, payment.amount),
});

export const failsWhenSettled = (refund: Refund): boolean => refund.amount === FAILING_REFUND_PAISE;

export const processedRefund = (refund: Refund): Refund => ({
  ...refund,
  status: 'processed',
  acquirer_data: { arn: '10000000000000' },
});

/** A refund that failed gives its amount back to what can be refunded. */
export const failedRefund = ({ refund, payment }: RefundMade): RefundMade => ({
  refund: { ...refund, status: 'failed' },
  payment: withRefunded(payment, payment.amount_refunded - refund.amount),
});

const pendingRefund = (payment: Payment, request: RefundRequest & { amount: number }, nowMs: number): Refund => ({
  id: newIdentifier('rfnd'),
  entity: 'refund',
  amount: request.amount,
  currency: payment.currency,
  payment_id: payment.id,
  notes: request.notes,
  receipt: request.receipt,
  acquirer_data: { arn: null },
  created_at: Math.floor(nowMs / 1000),
  batch_id: null,
  status: 'pending',
  speed_processed: request.speed === 'optimum' ? 'instant' : 'normal',
  speed_requested: request.speed,
});

const withRefunded = (payment: Payment, amountRefunded: number): Payment => {
  const full = amountRefunded === payment.amount;
  const standing = payment.captured ? 'captured' : 'authorized';
  return {
    ...payment,
    amount_refunded: amountRefunded,
    refund_status: full ? 'full' : amountRefunded > 0 ? 'partial' : null,
    status: full ? 'refunded' : standing,
  };
};
