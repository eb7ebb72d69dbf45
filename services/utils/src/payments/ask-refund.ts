import type { OrderId } from '@tiffin/contracts/ids';
import type { ProblemCode } from '@tiffin/contracts/problem';
import type { Clock } from '@tiffin/platform/clock';
import { conflict } from '@tiffin/platform/persistence/decision';
import type { Cause } from '@tiffin/platform/persistence/stored';
import type { PaymentStore } from './payment.store.ts';
import { primaryAttempt, type RefundRecord } from './payment.ts';
import { requestRefund } from './refund.ts';

export type RefundAsked =
  | { readonly kind: 'requested'; readonly refund: RefundRecord }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict'; readonly code: ProblemCode; readonly detail: string };

/** An admin sends money back, all that is left or a part of it. The same request, repeated after a crash, is one refund: `origin` names it. */
export const askRefund =
  ({ payments, now }: { payments: PaymentStore; now: Clock }) =>
  async (
    orderId: OrderId,
    wish: { amountPaise?: number | undefined; reason: string; origin: string },
    cause: Cause,
  ): Promise<RefundAsked> => {
    const result = await payments.change(
      orderId,
      (state) => {
        const primary = primaryAttempt(state);
        if (!primary) return conflict('payment_conflict', 'The order has not been paid.');
        return requestRefund(state, { ...wish, gatewayPaymentId: primary.gatewayPaymentId }, now());
      },
      cause,
    );
    if (result.kind === 'missing' || result.kind === 'conflict') return result;
    const refund = result.stored.state.refunds.find(({ origin }) => origin === wish.origin);
    if (!refund) throw new Error('a refund was requested and is not there');
    return { kind: 'requested', refund };
  };
