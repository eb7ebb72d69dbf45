import { createHash } from 'node:crypto';
import type { Change, Commit } from '../commit.ts';
import type { Refund } from '../entities.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { done, type Outcome, plainRefusal, refused, unknownIdentifier } from '../refusal.ts';
import type { Timings } from '../timings.ts';
import { failsWhenSettled, makeRefund, type RefundMade, readRefundRequest } from './refund.ts';
import type { RefundVerdict, RefundVerdicts } from './refund-verdicts.ts';

export interface RefundDependencies {
  readonly ledger: Ledger;
  readonly commit: Commit;
  readonly timings: Timings;
  readonly verdicts: RefundVerdicts;
  readonly now: () => number;
}

/**
 * `POST /v1/payments/:id/refund`. With an idempotency key, the same request makes one refund however often it comes;
 * a repeat is answered with that refund as it stands now.
 */
export const refundPayment =
  ({ ledger, commit, timings, verdicts, now }: RefundDependencies) =>
  (paymentId: string, key: string | undefined, body: unknown, verdict?: RefundVerdict): Outcome<Refund> => {
    const payment = ledger.findPayment(paymentId);
    if (payment === undefined) return refused(unknownIdentifier());

    const fingerprint = createHash('sha256')
      .update(JSON.stringify([paymentId, body]))
      .digest('hex');
    const used = key === undefined ? undefined : ledger.findRefundKey(key);
    if (used !== undefined) {
      const refund = used.fingerprint === fingerprint ? ledger.findRefund(used.refundId) : undefined;
      return refund === undefined ? refused(keyOfAnotherRequest()) : done(refund);
    }
    const request = readRefundRequest(body);
    if (request.kind === 'refused') return request;
    const made = makeRefund(payment, request.value, now());
    if (made.kind === 'refused') return made;
    const { refund } = made.value;
    commit((change) => {
      saveNewRefund({ ledger, change, timings }, made.value, verdict ?? verdicts.next());
      if (key !== undefined) ledger.addRefundKey({ key, fingerprint, refundId: refund.id });
    });
    return done(refund);
  };

/** Inside a change: the refund is there, is announced, and will be settled as the bank has decided already. */
export const saveNewRefund = (
  { ledger, change, timings }: { ledger: Ledger; change: Change; timings: Timings },
  { refund, payment }: RefundMade,
  { outcome, afterMs }: RefundVerdict,
): void => {
  const fails = outcome === 'failed' || failsWhenSettled(refund);
  ledger.saveRefund(refund);
  ledger.savePayment(payment);
  change.announce({ name: 'refund.created', refund, payment, fails });
  change.later(fails ? 'fail-refund' : 'settle-refund', refund.id, afterMs ?? timings.refundSettlesMs);
};

const keyOfAnotherRequest = () =>
  plainRefusal(400, 'Different request with the same idempotency key has already been processed.');
