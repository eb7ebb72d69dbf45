import type { Clock } from '@tiffin/platform/clock';
import { outrun } from '@tiffin/platform/persistence/decision';
import type { RazorpayGateway } from './gateway.ts';
import type { LookPolicy } from './look-schedule.ts';
import type { PaymentStore } from './payment.store.ts';
import { isOpen, type RefundRecord } from './payment.ts';
import { rereadRefunds } from './reconcile-payment.ts';
import { claimRefund, dueRefund, isOverdue, postponeRefund, refuseRefund } from './refund.ts';
import type { reviewOverdueRefund } from './review-refund.ts';
import type { FactTaker } from './take-fact.ts';

type Given = {
  payments: PaymentStore;
  gateway: RazorpayGateway;
  takeFact: FactTaker;
  reviewOverdue: ReturnType<typeof reviewOverdueRefund>;
  policy: LookPolicy;
  now: Clock;
};

const BY_ITSELF = { causationId: null } as const;

/**
 * Sends back what was promised. Each due refund is claimed by a write, then the gateway is asked under the refund's own key, and its answer
 * goes the way every fact goes. A process that dies between any two of these leaves a refund that is due again, under the same key and in
 * the same words: the gateway makes it once. From the second try on its listing is read first, which shows what the lost answer was. One
 * that stays open for too long is a case for a person and goes on being tried.
 */
export const pursueRefunds =
  (given: Given) =>
  async (orderId: string): Promise<void> => {
    for (let claimed = await claim(given, orderId); claimed; claimed = await claim(given, orderId)) {
      await pursue(given, orderId, claimed);
    }
  };

const claim = async ({ payments, now }: Given, orderId: string): Promise<RefundRecord | undefined> => {
  let due: RefundRecord | undefined;
  const result = await payments.change(
    orderId,
    (state) => {
      due = dueRefund(state, now());
      return due ? claimRefund(state, due.key, now()) : outrun;
    },
    BY_ITSELF,
  );
  return result.kind === 'committed' ? due : undefined;
};

const pursue = async (given: Given, orderId: string, refund: RefundRecord): Promise<void> => {
  const { payments, gateway, takeFact, policy, now } = given;
  const { key, gatewayPaymentId, amountPaise } = refund;
  const postpone = async (perhapsDone: boolean, failure?: string) => {
    const result = await payments.change(
      orderId,
      (state) => postponeRefund(state, key, { perhapsDone, failure }, policy, now()),
      BY_ITSELF,
    );
    const postponed = result.kind === 'committed' && result.stored.state.refunds.find((known) => known.key === key);
    if (postponed && isOverdue(postponed, now())) await given.reviewOverdue(orderId, postponed);
  };

  if (refund.tries > 0) {
    const reread = await rereadRefunds(given)('reconciler', gatewayPaymentId);
    const current = (await payments.find(orderId))?.state.refunds.find((known) => known.key === key);
    if (!current || !isOpen(current)) return;
    if (reread.kind === 'unavailable') return postpone(false, reread.reason);
    if (current.gatewayRefundId !== undefined) return postpone(false);
  }
  const answer = await gateway.refund({ gatewayPaymentId, amountPaise, key });
  if (answer.ok) {
    const taken = await takeFact.refund('reply', { ...answer.value, key });
    if (taken.kind === 'mismatched') await postpone(true, 'the gateway answered with another refund');
    return;
  }
  if (answer.kind === 'rejected') {
    // A refund made at the dashboard may have been quicker: what is left is known only after reading it.
    const reread = await rereadRefunds(given)('reconciler', gatewayPaymentId);
    if (reread.kind === 'unavailable') return postpone(false, answer.reason);
    await payments.change(orderId, (state) => refuseRefund(state, key, answer.reason, now()), BY_ITSELF);
    return;
  }
  await postpone(answer.kind === 'ambiguous', answer.reason);
};
