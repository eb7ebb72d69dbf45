import type { Commit } from '../commit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { failedRefund, failsWhenSettled, processedRefund } from './refund.ts';
import type { RefundVerdict } from './refund-verdicts.ts';

/** The bank has answered: a pending refund is processed, or fails and gives its amount back to the payment. */
export const settleRefund =
  ({ ledger, commit }: { ledger: Ledger; commit: Commit }) =>
  (refundId: string, outcome: RefundVerdict['outcome']): void =>
    commit((change) => {
      change.cancel('settle-refund', refundId);
      change.cancel('fail-refund', refundId);
      const refund = ledger.findRefund(refundId);
      if (refund?.status !== 'pending') return;
      const payment = ledger.findPayment(refund.payment_id);
      if (payment === undefined) return;
      if (outcome === 'failed' || failsWhenSettled(refund)) {
        const failed = failedRefund({ refund, payment });
        ledger.saveRefund(failed.refund);
        ledger.savePayment(failed.payment);
        change.announce({ name: 'refund.failed', ...failed });
        return;
      }
      const processed = processedRefund(refund);
      ledger.saveRefund(processed);
      change.announce({ name: 'refund.processed', refund: processed, payment });
    });
