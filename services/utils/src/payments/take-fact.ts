import type { KnownFacts } from '@tiffin/contracts/cases-api';
import type { GatewayOrderId } from '@tiffin/contracts/ids';
import type { Clock } from '@tiffin/platform/clock';
import type { Stored } from '@tiffin/platform/persistence/stored';
import type { OpenCase } from '../operations/case.ts';
import type { PaymentFact, RefundFact } from './gateway.ts';
import { applyGatewayFact, type PaymentDecision } from './gateway-fact.ts';
import type { LookPolicy } from './look-schedule.ts';
import type { PaymentStore } from './payment.store.ts';
import type { PaymentState } from './payment.ts';
import { applyRefundFact } from './refund.ts';

/** Where a fact of the gateway came from. */
export type FactSource = 'webhook' | 'callback' | 'reconciler' | 'reply';

/** `applied` it changed our record · `nothing-new` · `orphan` nobody here asked for it · `mismatched` it contradicts our record. */
export type FactTaken =
  | { readonly kind: 'applied' | 'nothing-new' | 'mismatched'; readonly stored: Stored<PaymentState> }
  | { readonly kind: 'orphan' };

export type FactTaker = {
  payment(source: FactSource, fact: PaymentFact): Promise<FactTaken>;
  refund(source: FactSource, fact: RefundFact, gatewayOrderId?: GatewayOrderId): Promise<FactTaken>;
};

type Decide = (state: PaymentState) => PaymentDecision;

const REQUESTED_BY_NOBODY = { causationId: null } as const;

/**
 * What the gateway says reaches a payment here and nowhere else, whichever way it came. Money that fits no record of ours becomes a case
 * before this returns, so that a repeat after a crash opens it again and nothing else.
 */
export const createFactTaker = ({
  payments,
  openCase,
  policy,
  now,
  count = () => undefined,
}: {
  payments: PaymentStore;
  openCase: OpenCase;
  policy: LookPolicy;
  now: Clock;
  /** Measures what became of each fact. */
  count?: (source: FactSource, outcome: FactTaken['kind']) => void;
}): FactTaker => {
  const counted = (source: FactSource, taken: FactTaken): FactTaken => {
    count(source, taken.kind);
    return taken;
  };

  const take = async (id: string, subject: string, known: KnownFacts, decide: Decide): Promise<FactTaken> => {
    const result = await payments.change(id, decide, REQUESTED_BY_NOBODY);
    switch (result.kind) {
      case 'missing':
        return { kind: 'orphan' };
      case 'committed':
        return { kind: 'applied', stored: result.stored };
      case 'conflict':
        await openCase({
          kind: 'mismatched_payment',
          key: subject,
          orderId: result.stored.id,
          detail: `${subject} differs from our record: ${result.detail}`,
          known,
        });
        return { kind: 'mismatched', stored: result.stored };
      default:
        return { kind: 'nothing-new', stored: result.stored };
    }
  };

  return {
    payment: async (source, fact) => {
      const { gatewayOrderId, gatewayPaymentId } = fact;
      const id =
        gatewayOrderId &&
        (payments.openedFor(gatewayOrderId) ?? (await payments.findByGatewayOrder(gatewayOrderId))?.id);
      if (!id) {
        if (fact.status === 'captured' && fact.amountRefundedPaise < fact.amountPaise) await openCase(orphanOf(fact));
        return counted(source, { kind: 'orphan' });
      }
      const taken = await take(id, gatewayPaymentId, knownOf(fact), (state) =>
        applyGatewayFact(state, fact, policy, now()),
      );
      return counted(source, taken);
    },
    refund: async (source, fact, gatewayOrderId) => {
      const stored =
        (await payments.findByGatewayPayment(fact.gatewayPaymentId)) ??
        (gatewayOrderId && (await payments.findByGatewayOrder(gatewayOrderId)));
      if (!stored) return counted(source, { kind: 'orphan' });
      const taken = await take(stored.id, fact.gatewayRefundId, knownOf(fact), (state) =>
        applyRefundFact(state, fact, policy, now()),
      );
      return counted(source, taken);
    },
  };
};

/** What the gateway says, by name. */
const knownOf = (fact: PaymentFact | RefundFact): KnownFacts =>
  Object.fromEntries(Object.entries(fact).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

const orphanOf = (fact: PaymentFact) => {
  const { gatewayPaymentId, gatewayOrderId, amountPaise, currency } = fact;
  return {
    kind: 'orphan_payment',
    key: gatewayPaymentId,
    detail: `${gatewayPaymentId} captured ${amountPaise} paise (${currency}) for ${gatewayOrderId ?? 'no gateway order'}, which nobody here asked for`,
    known: knownOf(fact),
  } as const;
};
