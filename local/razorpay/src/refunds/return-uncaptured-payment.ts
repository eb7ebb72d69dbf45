import { makeAutomaticRefund } from './refund.ts';
import { type RefundDependencies, saveNewRefund } from './refund-payment.ts';

/** Nobody captured the authorised money in time: Razorpay gives it back by itself, with ordinary refund events. */
export const returnUncapturedPayment =
  ({ ledger, commit, timings, verdicts, now }: RefundDependencies) =>
  (paymentId: string): void =>
    commit((change) => {
      change.cancel('return-uncaptured', paymentId);
      const payment = ledger.findPayment(paymentId);
      if (payment?.status !== 'authorized') return;
      saveNewRefund({ ledger, change, timings }, makeAutomaticRefund(payment, now()), verdicts.next());
    });
