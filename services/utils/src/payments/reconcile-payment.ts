import type { GatewayOrderId, GatewayPaymentId } from '@tiffin/contracts/ids';
import type { Clock } from '@tiffin/platform/clock';
import { changed, outrun } from '@tiffin/platform/persistence/decision';
import type { PaymentFact, RazorpayGateway } from './gateway.ts';
import { isLookDue, looked, type PaymentDecision } from './gateway-fact.ts';
import { type LookPolicy, withLookTaken } from './look-schedule.ts';
import type { PaymentStore } from './payment.store.ts';
import { attemptOf, type PaymentState } from './payment.ts';
import { type Look, lookOf } from './reconciliation-look.ts';
import type { Turns } from './reconciliation-turns.ts';
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

/** Asks the gateway about one payment and takes the answer: for money that belongs to no gateway order. */
export const rereadPayment =
  ({ gateway, takeFact }: { gateway: RazorpayGateway; takeFact: FactTaker }) =>
  async (source: FactSource, gatewayPaymentId: GatewayPaymentId): Promise<Reread> => {
    const read = await gateway.payment(gatewayPaymentId);
    if (!read.ok) return { kind: 'unavailable', reason: read.reason };
    return { kind: 'read', taken: [await takeFact.payment(source, read.value)] };
  };

/**
 * Looks for money that may have come unnoticed: every webhook and callback may have been lost. The look is taken by a write before the
 * gateway is asked, so of any number of processes one asks; undefined to the others, and when nothing is due. Whatever comes of it, the next
 * look is set, so a gateway that is away is not asked in a hot loop.
 */
export const reconcilePayment =
  (given: {
    payments: PaymentStore;
    gateway: RazorpayGateway;
    takeFact: FactTaker;
    policy: LookPolicy;
    /** Lets a bounded number of looks ask the gateway at once: customers who want to pay ask it too. */
    inTurn: Turns;
    /** Learns of every look. */
    record: (look: Look) => Promise<void>;
    now: Clock;
  }) =>
  (id: string, { evenIfNotDue = false }: { evenIfNotDue?: boolean } = {}): Promise<Look | undefined> =>
    given.inTurn(async () => {
      const { payments, policy, now } = given;
      const taken = await payments.change(
        id,
        (state): PaymentDecision =>
          evenIfNotDue || isLookDue(state, now()) ? changed(withLookTaken(state, now())) : outrun,
        BY_ITSELF,
      );
      if (taken.kind !== 'committed') return undefined;

      const { state } = taken.stored;
      const reread = await rereadGateway(given)('reconciler', state.gatewayOrderId);
      // What moved the next look meanwhile, such as the capture, or a customer who waits, knows better.
      const stillOurs = (current: PaymentState) => current.lookAt === state.lookAt;
      await payments.change(id, (current) => (stillOurs(current) ? looked(current, policy, now()) : outrun), BY_ITSELF);
      const look = lookOf(state, reread.kind === 'read' ? reread.taken : undefined);
      await given.record(look);
      return look;
    });

const BY_ITSELF = { causationId: null } as const;
