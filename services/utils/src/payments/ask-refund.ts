import type { OrderId } from '@tiffin/contracts/ids';
import type { Paise } from '@tiffin/contracts/money';
import type { ProblemCode } from '@tiffin/contracts/problem';
import type { Clock } from '@tiffin/platform/clock';
import type { UserPrincipal } from '@tiffin/platform/http/principal';
import { ServiceUnavailable } from '@tiffin/platform/http/service-unavailable';
import { conflict } from '@tiffin/platform/persistence/decision';
import type { Cause } from '@tiffin/platform/persistence/stored';
import type { BillSource } from './bill-source.ts';
import type { Basket, RefundedItem } from './missing-items.ts';
import type { PaymentStore } from './payment.store.ts';
import { maySee, primaryAttempt, type RefundRecord } from './payment.ts';
import { requestItemsRefund, requestRefund } from './refund.ts';

export type RefundAsked =
  | { readonly kind: 'requested'; readonly refund: RefundRecord }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict'; readonly code: ProblemCode; readonly detail: string };

type Asked = {
  readonly amountPaise?: Paise | undefined;
  readonly items?: readonly RefundedItem[] | undefined;
  readonly reason: string;
  readonly origin: string;
};

/**
 * A person sends money back: an admin all that is left or a part of it, an admin or the order's restaurant what was missing, at the price
 * the order itself says. The same request, repeated after a crash, is one refund: `origin` names it. Throws ServiceUnavailable, nothing
 * changed, while nobody can say what the order was made of.
 */
export const askRefund =
  ({ payments, billOf, now }: { payments: PaymentStore; billOf: BillSource; now: Clock }) =>
  async (orderId: OrderId, { items, ...wish }: Asked, principal: UserPrincipal, cause: Cause): Promise<RefundAsked> => {
    const known = await payments.find(orderId);
    if (!known || !maySee(known.state, principal)) return { kind: 'missing' };
    const basket = items && (await basketOf(billOf, orderId, cause.traceparent));
    const result = await payments.change(
      orderId,
      (state) => {
        const primary = primaryAttempt(state);
        if (!primary) return conflict('payment_conflict', 'The order has not been paid.');
        const { gatewayPaymentId } = primary;
        return items && basket
          ? requestItemsRefund(state, { ...wish, gatewayPaymentId, items }, basket, now())
          : requestRefund(state, { ...wish, gatewayPaymentId }, now());
      },
      cause,
    );
    if (result.kind === 'missing' || result.kind === 'conflict') return result;
    const refund = result.stored.state.refunds.find(({ origin }) => origin === wish.origin);
    if (!refund) throw new Error('a refund was requested and is not there');
    return { kind: 'requested', refund };
  };

const basketOf = async (billOf: BillSource, orderId: OrderId, traceparent: string | undefined): Promise<Basket> => {
  const bill = await billOf(orderId, traceparent);
  if (bill?.items === undefined || bill.platformFeePaise === undefined)
    throw new ServiceUnavailable('restaurant', 'it does not say what the order was made of');
  return { items: bill.items, platformFeePaise: bill.platformFeePaise };
};
