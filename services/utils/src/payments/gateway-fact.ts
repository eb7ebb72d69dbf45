import { NO_MONEY } from '@tiffin/contracts/money';
import { changed, conflict, type Decision, outrun } from '@tiffin/platform/persistence/decision';
import type { PaymentFact } from './gateway.ts';
import { type LookPolicy, withNextLook } from './look-schedule.ts';
import { type Attempt, attemptOf, type PaymentEvent, type PaymentState, paymentEvent, recounted } from './payment.ts';
import { requestRefund } from './refund.ts';

export type PaymentDecision = Decision<PaymentState, PaymentEvent>;

/** How far an attempt has come. It only rises; a late bank may turn `failed` into `authorized`, nothing turns it back. */
const RANK: Record<Attempt['status'], number> = { created: 0, failed: 1, authorized: 2, returned: 3, captured: 4 };

/**
 * The one rule that webhook, checkout callback and reconciler go through. A fact is a claim: its gateway order, amount and currency are
 * compared with our own record before anything counts, and what differs is a `mismatched_payment` for a person, without event. The first
 * captured attempt is PAYMENT_SUCCESS, once for ever; a second is PAYMENT_SURPLUS and goes back in full, in the same write. Whether the
 * order still wants the money is the order's to say.
 */
export const applyGatewayFact = (
  state: PaymentState,
  fact: PaymentFact,
  policy: LookPolicy,
  now: Date,
): PaymentDecision => {
  if (fact.gatewayOrderId !== state.gatewayOrderId)
    return mismatch(`it belongs to ${fact.gatewayOrderId ?? 'no gateway order'}`);
  if (fact.currency !== state.currency) return mismatch(`it is in ${fact.currency}`);
  if (fact.amountPaise !== state.amountPaise)
    return mismatch(`it is ${fact.amountPaise} paise where ${state.amountPaise} are due`);

  const known = attemptOf(state, fact.gatewayPaymentId);
  if (known && RANK[fact.status] <= RANK[known.status]) return outrun;
  // Once paid, attempts that bring nothing change nothing.
  if (state.succeededWith !== undefined && fact.status !== 'captured') return outrun;

  const next = recounted(withAttempt(state, fact));
  switch (fact.status) {
    case 'created':
    case 'authorized':
    case 'returned':
      return changed(next);
    case 'failed': {
      const { orderId } = state;
      const reason = fact.reason ?? 'unknown';
      return changed(next, paymentEvent('PAYMENT_FAILED', { orderId, paymentId: fact.gatewayPaymentId, reason }));
    }
    case 'captured':
      return captured(state, next, fact, policy, now);
  }
};

const mismatch = (detail: string) => conflict('payment_conflict', detail);

const withAttempt = (state: PaymentState, fact: PaymentFact): PaymentState => {
  const attempt: Attempt = {
    gatewayPaymentId: fact.gatewayPaymentId,
    status: fact.status,
    amountPaise: fact.amountPaise,
    ...(fact.method === undefined ? {} : { method: fact.method }),
    ...(fact.reason === undefined ? {} : { reason: fact.reason }),
    capturedPaise: fact.status === 'captured' ? fact.amountPaise : NO_MONEY,
    refundedPaise: NO_MONEY,
    reservedPaise: NO_MONEY,
  };
  const others = state.attempts.filter(({ gatewayPaymentId }) => gatewayPaymentId !== fact.gatewayPaymentId);
  return { ...state, attempts: [...others, attempt] };
};

const captured = (
  before: PaymentState,
  state: PaymentState,
  fact: PaymentFact,
  policy: LookPolicy,
  now: Date,
): PaymentDecision => {
  const { gatewayPaymentId, amountPaise, amountRefundedPaise, currency, method } = fact;
  const { orderId, gatewayOrderId } = state;
  const surplus = paymentEvent('PAYMENT_SURPLUS', {
    orderId,
    paymentId: gatewayPaymentId,
    gatewayOrderId,
    amountPaise,
    currency,
  });
  // Captured and given back before we heard of it: no order is paid with it.
  if (amountRefundedPaise >= amountPaise) return changed(state, surplus);
  if (before.succeededWith !== undefined) {
    const refund = requestRefund(state, { gatewayPaymentId, reason: 'the order was paid twice' }, now);
    return refund.kind === 'changed' ? changed(refund.state, surplus, ...refund.events) : changed(state, surplus);
  }
  const next = recounted(withNextLook({ ...state, succeededWith: gatewayPaymentId }, now, policy));
  return changed(
    next,
    paymentEvent('PAYMENT_SUCCESS', {
      orderId,
      paymentId: gatewayPaymentId,
      gatewayOrderId,
      amountPaise,
      currency,
      ...(method === undefined ? {} : { method }),
    }),
  );
};

/** The gateway has been asked and had its say: when to ask again. */
export const looked = (state: PaymentState, policy: LookPolicy, now: Date): PaymentDecision =>
  changed(withNextLook(state, now, policy));

/** The gateway could not be asked in time for the customer who waits: the reconciler is due now. */
export const lookNow = (state: PaymentState, now: Date): PaymentDecision =>
  changed({ ...state, lookAt: now.toISOString() });

export const isLookDue = ({ lookAt }: PaymentState, now: Date): boolean =>
  lookAt !== undefined && Date.parse(lookAt) <= now.getTime();
