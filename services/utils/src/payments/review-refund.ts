import type { EventOf } from '@tiffin/contracts/event-catalogue';
import type { OpenCase } from '../operations/case.ts';
import type { PaymentStore } from './payment.store.ts';
import type { RefundRecord } from './payment.ts';

/** REFUND_FAILED: once it is not tried again, somebody has to look at it. Repeated, it is the same case. */
export const reviewRefund =
  ({ payments, openCase }: { payments: PaymentStore; openCase: OpenCase }) =>
  async ({ data }: EventOf<'REFUND_FAILED'>): Promise<void> => {
    const stored = await payments.find(data.orderId);
    const refund = stored?.state.refunds.find(({ key }) => key === data.refundId);
    if (refund?.status !== 'manual_review') return;
    await openCase({
      kind: 'refund_manual_review',
      key: refund.key,
      orderId: data.orderId,
      detail: `${whatOf(refund)} could not be sent back (${refund.reason})${wordsOf(refund)}`,
      known: factsOf(refund),
    });
  };

/** A refund is open for too long and goes on being tried: a case of its own, so that closing it hides nothing that comes later. */
export const reviewOverdueRefund =
  ({ openCase }: { openCase: OpenCase }) =>
  (orderId: string, refund: RefundRecord): Promise<void> =>
    openCase({
      kind: 'refund_manual_review',
      key: `${refund.key}.overdue`,
      orderId,
      detail: `${whatOf(refund)} has been ${refund.status} since ${refund.requestedAt} (${refund.reason}) and is still being tried, ${refund.tries} times so far: ask the gateway, do not send it again${wordsOf(refund)}`,
      known: factsOf(refund),
    });

const whatOf = ({ amountPaise, gatewayPaymentId }: RefundRecord) => `${amountPaise} paise of ${gatewayPaymentId}`;
const wordsOf = ({ lastFailure }: RefundRecord) => (lastFailure ? `; last failure: ${lastFailure.reason}` : '');

const factsOf = ({
  key,
  amountPaise,
  gatewayPaymentId,
  gatewayRefundId,
  attempt,
  tries,
  lastFailure,
}: RefundRecord) => ({
  refundId: key,
  amountPaise,
  gatewayPaymentId,
  ...(gatewayRefundId === undefined ? {} : { gatewayRefundId }),
  attempt,
  tries,
  ...(lastFailure === undefined ? {} : { lastFailure: lastFailure.reason, lastFailureAt: lastFailure.at }),
});
