import type { Change, Commit } from '../commit.ts';
import type { Payment, PaymentMethod } from '../entities.ts';
import type { Ledger, OrderToPay } from '../ledger/ledger.ts';
import { withAttempt } from '../orders/order.ts';
import { done, invalidInput, type Outcome, refused, unknownIdentifier } from '../refusal.ts';
import type { Timings } from '../timings.ts';
import { orderAlreadyPaid, settleCapture } from './capture-payment.ts';
import { authorisedPayment, failedPayment, lateAuthorisedPayment, startPayment } from './payment.ts';

/**
 * `captured`: the bank says yes, and the money is captured unless the order asks for manual capture ·
 * `authorized`: the bank says yes, nobody captures · `failed`: the bank says no ·
 * `late`: failed at first, then authorised by a bank that was only slow.
 */
export const PAYMENT_OUTCOMES = ['captured', 'authorized', 'failed', 'late'] as const;
export type PaymentOutcome = (typeof PAYMENT_OUTCOMES)[number];

export interface PaymentAttempt {
  readonly orderId: string;
  readonly method: PaymentMethod;
  readonly outcome: PaymentOutcome;
  /** A test device: pays an order that Razorpay would refuse to take money for. */
  readonly force: boolean;
}

interface Dependencies {
  readonly ledger: Ledger;
  readonly commit: Commit;
  readonly timings: Timings;
  readonly now: () => number;
}

/** A customer pays on the checkout page. Refused for an order that is paid, or has an authorised payment. */
export const takePayment =
  ({ ledger, commit, timings, now }: Dependencies) =>
  ({ orderId, method, outcome, force }: PaymentAttempt): Outcome<Payment> => {
    const found = ledger.findOrderToPay(orderId);
    if (found === undefined) return refused(unknownIdentifier());
    const { order, capture } = found;
    if (!force && order.status === 'paid') return refused(orderAlreadyPaid());
    if (!force && order.attempts > 0 && ledger.paymentsOf(orderId).some(({ status }) => status === 'authorized')) {
      return refused(invalidInput('Payment is not allowed: another payment of this order is authorized.'));
    }
    const payment = startPayment(order, method, now());
    const tried = { order: withAttempt(order), capture };
    return done(
      commit((change) => {
        if (outcome === 'failed' || outcome === 'late') {
          const failed = failedPayment(payment);
          ledger.saveOrder(tried.order);
          ledger.savePayment(failed);
          change.announce({ name: 'payment.failed', payment: failed });
          if (outcome === 'late') change.later('authorise-late', failed.id, timings.lateAuthorisationMs);
          return failed;
        }
        const captures = outcome === 'captured' && capture.capture === 'automatic';
        return authorise({ ledger, change, timings }, authorisedPayment(payment), tried, captures);
      }),
    );
  };

/**
 * A late bank's yes: `failed` becomes `authorized`, and captured as the order asks. If the order was paid by another
 * payment meanwhile, it stays authorised and its money goes back by itself.
 */
export const authoriseLate =
  ({ ledger, commit, timings }: Dependencies) =>
  (paymentId: string): void =>
    commit((change) => {
      change.cancel('authorise-late', paymentId);
      const payment = ledger.findPayment(paymentId);
      const found = payment && ledger.findOrderToPay(payment.order_id);
      if (found === undefined || payment?.status !== 'failed') return;
      const captures = found.capture.capture === 'automatic' && found.order.status !== 'paid';
      authorise({ ledger, change, timings }, lateAuthorisedPayment(payment), found, captures);
    });

/** Announces the bank's yes; then the money is captured at once, or waits for a capture until it goes back. */
const authorise = (
  { ledger, change, timings }: { ledger: Ledger; change: Change; timings: Timings },
  authorised: Payment,
  { order, capture }: OrderToPay,
  captures: boolean,
): Payment => {
  change.announce({ name: 'payment.authorized', payment: authorised });
  if (captures) return settleCapture({ ledger, change }, authorised, order);
  ledger.saveOrder(order);
  ledger.savePayment(authorised);
  change.later('return-uncaptured', authorised.id, capture.manualExpiryMinutes * timings.expiryMinuteMs);
  return authorised;
};
