import type { UserId } from '@tiffin/contracts/claims';
import type { GatewayOrderId, GatewayPaymentId } from '@tiffin/contracts/ids';
import { type Clock, SECOND } from '@tiffin/platform/clock';
import type { RazorpayGateway } from './gateway.ts';
import { lookNow } from './gateway-fact.ts';
import { checkoutText, isSignedBy } from './gateway-signature.ts';
import type { PaymentStore } from './payment.store.ts';
import { attemptOf } from './payment.ts';
import type { FactTaker } from './take-fact.ts';

/** How long a customer waits for the gateway's word before hearing `pending`. */
const ANSWER_WITHIN_MS = 3 * SECOND;

export type CheckoutAnswer = {
  readonly gatewayOrderId: GatewayOrderId;
  readonly gatewayPaymentId: GatewayPaymentId;
  readonly signature: string;
};

export type PaymentVerified =
  | { readonly kind: 'verified'; readonly status: string }
  /** The gateway could not be asked; the reconciler asks it as soon as it can. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'no-such-payment' | 'bad-signature' };

/**
 * The customer is back from the checkout page. The signature proves who wrote the answer, not that money moved: the payment is read from
 * the gateway, and that fact goes the way every other goes. Repeated, it changes nothing and asks nobody.
 */
export const verifyPayment =
  (given: { payments: PaymentStore; gateway: RazorpayGateway; takeFact: FactTaker; keySecret: string; now: Clock }) =>
  async (
    customer: UserId,
    { gatewayOrderId, gatewayPaymentId, signature }: CheckoutAnswer,
  ): Promise<PaymentVerified> => {
    const stored = await given.payments.findByGatewayOrder(gatewayOrderId);
    if (stored?.state.userId !== customer) return { kind: 'no-such-payment' };
    const signed = checkoutText(stored.state.gatewayOrderId, gatewayPaymentId);
    if (!isSignedBy([given.keySecret], signed, signature)) return { kind: 'bad-signature' };
    if (attemptOf(stored.state, gatewayPaymentId)?.status === 'captured')
      return { kind: 'verified', status: stored.state.status };

    const read = await given.gateway.payment(gatewayPaymentId, { deadlineMs: ANSWER_WITHIN_MS });
    if (!read.ok) {
      await given.payments.change(stored.id, (state) => lookNow(state, given.now()), { causationId: null });
      return { kind: 'pending' };
    }
    const taken = await given.takeFact.payment('callback', read.value);
    return { kind: 'verified', status: taken.kind === 'orphan' ? stored.state.status : taken.stored.state.status };
  };
