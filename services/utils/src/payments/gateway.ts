import type { GatewayOrderId, GatewayPaymentId, GatewayRefundId, OrderId } from '@tiffin/contracts/ids';
import type { Paise } from '@tiffin/contracts/money';

/** The gateway's order for one order of ours. */
export type GatewayOrder = {
  readonly gatewayOrderId: GatewayOrderId;
  readonly amountPaise: Paise;
  readonly currency: string;
  readonly receipt: string | undefined;
};

/** What the gateway says of one payment: a claim, compared with our own record before it counts. */
export type PaymentFact = {
  readonly gatewayPaymentId: GatewayPaymentId;
  /** Undefined for a payment that belongs to no gateway order: not one of ours. */
  readonly gatewayOrderId: GatewayOrderId | undefined;
  /** `returned`: given back without ever having been captured. */
  readonly status: 'created' | 'authorized' | 'captured' | 'returned' | 'failed';
  readonly amountPaise: Paise;
  /** Of a captured payment, given back so far by whatever way. */
  readonly amountRefundedPaise: Paise;
  readonly currency: string;
  readonly method?: string;
  readonly reason?: string;
};

/** What the gateway says of one refund. `key` is our own, read back from its notes; a refund made at the dashboard has none. */
export type RefundFact = {
  readonly gatewayRefundId: GatewayRefundId;
  readonly gatewayPaymentId: GatewayPaymentId;
  readonly amountPaise: Paise;
  readonly currency: string;
  readonly status: 'pending' | 'processed' | 'failed';
  readonly key?: string;
};

/**
 * Why the gateway did not do it. `rejected`: it says no, and would again · `conflict`: the same request is under way · `unavailable`: it
 * did nothing, ask again · `ambiguous`: perhaps it did, ask again in the same words.
 */
export type GatewayFailure = {
  readonly ok: false;
  readonly kind: 'rejected' | 'conflict' | 'unavailable' | 'ambiguous';
  readonly reason: string;
};
export type GatewayResult<Value> = { readonly ok: true; readonly value: Value } | GatewayFailure;

/** The payment gateway. No method throws for what the gateway or the network does. */
export type RazorpayGateway = {
  /** Asked twice for the same order, answers the same gateway order. */
  createOrder(order: { orderId: OrderId; amountPaise: Paise; currency: string }): Promise<GatewayResult<GatewayOrder>>;
  payment(id: GatewayPaymentId, options?: { deadlineMs?: number }): Promise<GatewayResult<PaymentFact>>;
  paymentsOf(id: GatewayOrderId): Promise<GatewayResult<readonly PaymentFact[]>>;
  refundsOf(id: GatewayPaymentId): Promise<GatewayResult<readonly RefundFact[]>>;
  /** The same key with the same amount makes one refund, however often it is asked for. */
  refund(refund: {
    gatewayPaymentId: GatewayPaymentId;
    amountPaise: Paise;
    key: string;
  }): Promise<GatewayResult<RefundFact>>;
};
