import type { Change, Commit } from '../commit.ts';
import type { Order, Payment } from '../entities.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { paidOrder } from '../orders/order.ts';
import {
  done,
  extraFieldSent,
  invalidInput,
  type Outcome,
  type Refusal,
  refused,
  unknownIdentifier,
} from '../refusal.ts';
import { fieldsOf, readAmount, readCurrency, unexpectedFields } from '../request-fields.ts';
import { capturedPayment } from './payment.ts';

const CAPTURE_FIELDS = new Set(['amount', 'currency']);

/** An order takes one captured payment: what a second try to pay or to capture hears. */
export const orderAlreadyPaid = (): Refusal =>
  invalidInput(
    'Your payment has been declined as the order is already paid. Please initiate the payment with a new order.',
  );

/** `POST /v1/payments/:id/capture`: once, of an authorised payment, in exactly the authorised amount. */
export const capturePayment =
  ({ ledger, commit }: { ledger: Ledger; commit: Commit }) =>
  (paymentId: string, body: unknown): Outcome<Payment> => {
    const payment = ledger.findPayment(paymentId);
    if (payment === undefined) return refused(unknownIdentifier());
    const fields = fieldsOf(body);
    const extra = unexpectedFields(fields, CAPTURE_FIELDS);
    if (extra.length > 0) return refused(extraFieldSent(extra));
    const amount = readAmount(fields.amount);
    if (amount.kind === 'refused') return amount;
    // The official client leaves the currency out when it is not given.
    const currency = fields.currency === undefined ? done(payment.currency) : readCurrency(fields.currency);
    if (currency.kind === 'refused') return currency;

    const order = ledger.findOrder(payment.order_id);
    if (order === undefined) return refused(unknownIdentifier());
    if (payment.captured || order.status === 'paid') return refused(orderAlreadyPaid());
    if (payment.status !== 'authorized') {
      return refused(invalidInput('Only payments which have been authorized and not yet captured can be captured'));
    }
    if (amount.value !== payment.amount) {
      return refused(invalidInput('Capture amount must be equal to the amount authorized', 'amount'));
    }
    return done(
      commit((change) => {
        change.cancel('return-uncaptured', payment.id);
        return settleCapture({ ledger, change }, payment, order);
      }),
    );
  };

/**
 * The capture itself, inside a change: saves the captured payment, and the order, which it pays unless another payment
 * did that before.
 */
export const settleCapture = (
  { ledger, change }: { ledger: Ledger; change: Change },
  payment: Payment,
  order: Order,
): Payment => {
  const captured = capturedPayment(payment);
  const paid = paidOrder(order);
  ledger.savePayment(captured);
  ledger.saveOrder(paid);
  change.announce({ name: 'payment.captured', payment: captured });
  if (order.status !== 'paid') change.announce({ name: 'order.paid', payment: captured, order: paid });
  return captured;
};
