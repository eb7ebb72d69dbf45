import type { GatewayOrderId, GatewayPaymentId } from '@tiffin/contracts/ids';
import type { Clock } from '@tiffin/platform/clock';
import type { Stored } from '@tiffin/platform/persistence/stored';
import type { PaymentFact, RazorpayGateway } from './gateway.ts';
import { looked } from './gateway-fact.ts';
import type { LookPolicy } from './look-schedule.ts';
import type { PaymentStore } from './payment.store.ts';
import { attemptOf, type PaymentState } from './payment.ts';
import type { FactSource, FactTaken, FactTaker } from './take-fact.ts';

/** What asking the gateway came to: it could not be asked, or what became of each thing it said. */
export type Reread =
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'read'; readonly taken: readonly FactTaken[] };

/** Asks the gateway about a gateway order and takes every answer, refunds it tells of included. */
export const rereadGateway =
  ({ gateway, takeFact }: { gateway: RazorpayGateway; takeFact: FactTaker }) =>
  async (source: FactSource, gatewayOrderId: GatewayOrderId): Promise<Reread> => {
    const listed = await gateway.paymentsOf(gatewayOrderId);
    if (!listed.ok) return { kind: 'unavailable', reason: listed.reason };
    const taken: FactTaken[] = [];
    for (const fact of listed.value) {
      const payment = await takeFact.payment(source, fact);
      taken.push(payment);
      if (!tellsOfUnknownRefunds(payment, fact)) continue;
      const refunds = await rereadRefunds({ gateway, takeFact })(source, fact.gatewayPaymentId);
      if (refunds.kind === 'unavailable') return refunds;
      taken.push(...refunds.taken);
    }
    return { kind: 'read', taken };
  };

/** Asks the gateway for the refunds of one payment and takes every answer. */
export const rereadRefunds =
  ({ gateway, takeFact }: { gateway: RazorpayGateway; takeFact: FactTaker }) =>
  async (source: FactSource, gatewayPaymentId: GatewayPaymentId): Promise<Reread> => {
    const listed = await gateway.refundsOf(gatewayPaymentId);
    if (!listed.ok) return { kind: 'unavailable', reason: listed.reason };
    const taken: FactTaken[] = [];
    for (const fact of listed.value) taken.push(await takeFact.refund(source, fact));
    return { kind: 'read', taken };
  };

const tellsOfUnknownRefunds = (taken: FactTaken, { gatewayPaymentId, amountRefundedPaise }: PaymentFact): boolean => {
  if (taken.kind === 'orphan' || taken.kind === 'mismatched') return false;
  const attempt = attemptOf(taken.stored.state, gatewayPaymentId);
  return attempt?.status === 'captured' && amountRefundedPaise > attempt.refundedPaise;
};

/**
 * Looks for money that may have come unnoticed: every webhook and callback may have been lost. Whatever comes of it, the next look is set,
 * so a gateway that is away is not asked in a hot loop.
 */
export const reconcilePayment =
  (given: { payments: PaymentStore; gateway: RazorpayGateway; takeFact: FactTaker; policy: LookPolicy; now: Clock }) =>
  async ({ id, state }: Stored<PaymentState>): Promise<Reread> => {
    const reread = await rereadGateway(given)('reconciler', state.gatewayOrderId);
    await given.payments.change(id, (now) => looked(now, given.policy, given.now()), { causationId: null });
    return reread;
  };
