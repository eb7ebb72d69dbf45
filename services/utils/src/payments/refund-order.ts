import type { EventOf } from '@tiffin/contracts/event-catalogue';
import type { Clock } from '@tiffin/platform/clock';
import { brokenRule, nothingNew, type Outcome } from '@tiffin/platform/messaging/outcome';
import { outcomeOf } from '@tiffin/platform/persistence/outcome-of';
import { causeOf } from '@tiffin/platform/persistence/stored';
import type { PaymentStore } from './payment.store.ts';
import type { PaymentState } from './payment.ts';
import { type RefundDecision, refundRefused, requestFullRefunds } from './refund.ts';

type Refunding = EventOf<'ORDER_CANCELLED' | 'ORDER_REJECTED' | 'ORDER_PAYMENT_REFUSED'>;

/**
 * The order does not want its money, or not this money: what is left of it goes back. Repeated, nothing is left and nothing happens. An
 * order that was never paid here has nothing to give back; a refused payment that never came here is a dead letter for a person.
 */
export const refundOrder =
  ({ payments, now }: { payments: PaymentStore; now: Clock }) =>
  async (event: Refunding, traceparent?: string): Promise<Outcome> => {
    const result = await payments.change(
      event.data.orderId,
      (state) => decide(state, event, now()),
      causeOf(event, traceparent),
    );
    if (result.kind !== 'missing') return outcomeOf(result);
    return event.type === 'ORDER_PAYMENT_REFUSED' ? brokenRule('no such payment here') : nothingNew();
  };

const decide = (state: PaymentState, event: Refunding, now: Date): RefundDecision => {
  switch (event.type) {
    case 'ORDER_CANCELLED':
      return requestFullRefunds(state, () => true, event.data.reason ?? `cancelled by ${event.data.by}`, now);
    case 'ORDER_REJECTED':
      return requestFullRefunds(state, () => true, event.data.reason, now);
    case 'ORDER_PAYMENT_REFUSED':
      return refundRefused(state, event.data.paymentId, event.data.reason, now);
  }
};
