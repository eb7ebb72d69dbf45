import type { Clock } from '@tiffin/platform/clock';
import { outrun } from '@tiffin/platform/persistence/decision';
import type { RazorpayGateway } from './gateway.ts';
import type { LookPolicy } from './look-schedule.ts';
import type { PaymentStore } from './payment.store.ts';
import { isOpen, type RefundRecord } from './payment.ts';
import { rereadRefunds } from './reconcile-payment.ts';
import { claimRefund, dueRefund, postponeRefund, refuseRefund } from './refund.ts';
import type { FactTaker } from './take-fact.ts';

type Given = { payments: PaymentStore; gateway: RazorpayGateway; takeFact: FactTaker; policy: LookPolicy; now: Clock };

const BY_ITSELF = { causationId: null } as const;

/**
 * Sends back what was promised. Each due refund is claimed by a write, then the gateway is asked under the refund's own key, and its answer
 * goes the way every fact goes. A process that dies between any two of these leaves a refund that is due again, under the same key and in
 * the same words: the gateway makes it once. From the second try on its listing is read first, which shows what the lost answer was.
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
  const postpone = (perhapsDone: boolean) =>
    payments.change(orderId, (state) => postponeRefund(state, key, perhapsDone, policy, now()), BY_ITSELF);

  if (refund.tries > 0) {
    const reread = await rereadRefunds(given)('reconciler', gatewayPaymentId);
    const current = (await payments.find(orderId))?.state.refunds.find((known) => known.key === key);
    if (!current || !isOpen(current)) return;
    if (reread.kind === 'unavailable' || current.gatewayRefundId !== undefined) {
      await postpone(false);
      return;
    }
  }
  const answer = await gateway.refund({ gatewayPaymentId, amountPaise, key });
  if (answer.ok) {
    const taken = await takeFact.refund('reply', { ...answer.value, key });
    if (taken.kind === 'mismatched') await postpone(true);
    return;
  }
  if (answer.kind === 'rejected') {
    await payments.change(orderId, (state) => refuseRefund(state, key), BY_ITSELF);
    return;
  }
  await postpone(answer.kind === 'ambiguous');
};
