import type { EventOf } from '@tiffin/contracts/event-catalogue';
import type { OpenCase } from '../operations/case.ts';
import type { PaymentStore } from './payment.store.ts';

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
      detail: `${refund.amountPaise} paise of ${refund.gatewayPaymentId} could not be sent back (${refund.reason})`,
    });
  };
