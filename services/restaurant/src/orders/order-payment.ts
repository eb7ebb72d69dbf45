import type { OrderId } from '@tiffin/contracts/ids';
import type { PaymentSuccess, RefundFacts } from '@tiffin/contracts/payment-events';
import { SECOND } from '@tiffin/platform/clock';
import { changed, type Decision, outrun } from '@tiffin/platform/persistence/decision';
import { factsOf, type OrderEvent, type OrderState, orderEvent, orderView } from './order.ts';

type PaymentDecision = Decision<OrderState, OrderEvent>;
type Refusal = 'wrong_amount' | 'wrong_currency' | 'too_late' | 'second_payment';

/**
 * Money has come. A money event is a claim: the order compares amount and currency with its own total before it counts as paid. What is
 * not taken is refused by an event, which sends it back; it never changes what the order is. A repeat of either changes nothing.
 */
export const markPaid = (
  { id, state, seq, createdAt }: { id: OrderId; state: OrderState; seq: number; createdAt: Date },
  payment: PaymentSuccess,
  acceptWindowS: number,
  now: Date,
): PaymentDecision => {
  const { paymentId, amountPaise, currency } = payment;
  if (state.paymentId === paymentId || state.refusedPayments.some((refused) => refused.paymentId === paymentId))
    return outrun;
  const refusal = refusalOf(state, payment);
  if (refusal) {
    const next: OrderState = {
      ...state,
      refusedPayments: [...state.refusedPayments, { paymentId, paidPaise: amountPaise }],
    };
    const data = { ...factsOf(id, next), reason: refusal, paymentId, paidPaise: amountPaise, paidCurrency: currency };
    return changed(next, orderEvent('ORDER_PAYMENT_REFUSED', data));
  }
  const { expiresAt: _, ...rest } = state;
  const answerBy = new Date(now.getTime() + acceptWindowS * SECOND).toISOString();
  const next: OrderState = { ...rest, status: 'placed', paymentStatus: 'paid', paymentId, answerBy };
  const order = orderView({ id, state: next, seq: seq + 1, createdAt, updatedAt: now });
  return changed(next, orderEvent('ORDER_PLACED', { ...factsOf(id, next), paymentId, order }));
};

const refusalOf = (state: OrderState, { amountPaise, currency }: PaymentSuccess): Refusal | undefined => {
  if (currency !== state.currency) return 'wrong_currency';
  if (amountPaise !== state.totalPaise) return 'wrong_amount';
  if (state.status === 'pending_payment') return undefined;
  return state.paymentId === undefined ? 'too_late' : 'second_payment';
};

/** The money did not come in time. The order stays, as expired: money can still arrive for it, days later, and must go back. */
export const expireOrder = (id: OrderId, state: OrderState, now: Date): PaymentDecision => {
  if (state.status !== 'pending_payment' || !state.expiresAt || new Date(state.expiresAt) > now) return outrun;
  const { expiresAt: _, ...rest } = state;
  const next: OrderState = { ...rest, status: 'expired' };
  return changed(next, orderEvent('ORDER_EXPIRED', factsOf(id, next)));
};

type RefundEventType = 'REFUND_REQUESTED' | 'REFUND_PROCESSED' | 'REFUND_FAILED';
const STEP = { REFUND_REQUESTED: 'requested', REFUND_PROCESSED: 'processed', REFUND_FAILED: 'failed' } as const;

/** Money goes back. Only the payment this order was placed with counts, or for an order never placed the one it refused. */
export const followRefund = (
  id: OrderId,
  state: OrderState,
  type: RefundEventType,
  refund: RefundFacts,
): PaymentDecision => {
  const paidPaise = paidWith(state, refund.paymentId);
  if (paidPaise === undefined) return outrun;
  const known = state.refunds.find(({ refundId }) => refundId === refund.refundId);
  // A refund moves forward only: requested, then its end. A repeated or late `requested` says nothing new.
  if (known && (known.state === STEP[type] || known.state !== 'requested')) return outrun;

  const refunds = [
    ...state.refunds.filter((other) => other !== known),
    { refundId: refund.refundId, state: STEP[type] },
  ];
  const amounts = { refundId: refund.refundId, amountPaise: refund.amountPaise };
  switch (type) {
    case 'REFUND_REQUESTED':
      return changed({ ...state, refunds, paymentStatus: 'refund_pending' });
    case 'REFUND_PROCESSED': {
      const paymentStatus = refund.refundedPaise >= paidPaise ? 'refunded' : 'partially_refunded';
      const next: OrderState = { ...state, refunds, paymentStatus };
      const data = { ...factsOf(id, next), ...amounts, refundedPaise: refund.refundedPaise };
      return changed(next, orderEvent('ORDER_REFUNDED', data));
    }
    case 'REFUND_FAILED': {
      const next: OrderState = { ...state, refunds, paymentStatus: 'refund_failed' };
      return changed(next, orderEvent('ORDER_REFUND_FAILED', { ...factsOf(id, next), ...amounts }));
    }
  }
};

const paidWith = (state: OrderState, paymentId: string): number | undefined => {
  if (state.paymentId !== undefined) return state.paymentId === paymentId ? state.totalPaise : undefined;
  return state.refusedPayments.find((refused) => refused.paymentId === paymentId)?.paidPaise;
};
