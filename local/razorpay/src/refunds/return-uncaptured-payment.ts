import type { Commit } from '../commit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Timings } from '../timings.ts';
import { makeAutomaticRefund } from './refund.ts';
import { saveNewRefund } from './refund-payment.ts';

/** Nobody captured the authorised money in time: Razorpay gives it back by itself, with ordinary refund events. */
export const returnUncapturedPayment =
  ({ ledger, commit, timings, now }: { ledger: Ledger; commit: Commit; timings: Timings; now: () => number }) =>
  (paymentId: string): void =>
    commit((change) => {
      change.cancel('return-uncaptured', paymentId);
      const payment = ledger.findPayment(paymentId);
      if (payment?.status !== 'authorized') return;
      saveNewRefund({ ledger, change, timings }, makeAutomaticRefund(payment, now()));
    });
