import type { UserId } from '@tiffin/contracts/claims';
import type { OrderId } from '@tiffin/contracts/ids';
import type { Bill } from '@tiffin/contracts/order-api';
import { type Clock, SECOND } from '@tiffin/platform/clock';
import type { Stored } from '@tiffin/platform/persistence/stored';
import type { BillSource } from './bill-source.ts';
import type { GatewayFailure, GatewayOrder, RazorpayGateway } from './gateway.ts';
import { type LookPolicy, withNextLook } from './look-schedule.ts';
import type { PaymentStore } from './payment.store.ts';
import { type PaymentState, paymentEvent } from './payment.ts';

export type PaymentPolicy = LookPolicy & {
  /** How long an order without a deadline of its own can be paid. */
  readonly paymentWindowS: number;
};

export type PaymentStarted =
  | { readonly kind: 'started'; readonly payment: PaymentState }
  | { readonly kind: 'no-such-order' }
  | { readonly kind: 'not-payable'; readonly status: string }
  | { readonly kind: 'gateway'; readonly failure: GatewayFailure };

/**
 * A customer wants to pay. The amount is the bill's; the gateway's order is made and remembered before the customer can pay it. Asked
 * twice, also at once or after a crash, it is the same gateway order: its receipt is our order's id.
 */
export const startPayment =
  (given: {
    payments: PaymentStore;
    gateway: RazorpayGateway;
    billOf: BillSource;
    policy: PaymentPolicy;
    now: Clock;
  }) =>
  async (customer: UserId, orderId: OrderId, traceparent?: string): Promise<PaymentStarted> => {
    const bill = await given.billOf(orderId, traceparent);
    if (bill?.userId !== customer) return { kind: 'no-such-order' };
    if (bill.status !== 'pending_payment') return { kind: 'not-payable', status: bill.status };

    const known = await given.payments.find(orderId);
    if (known) return answer(known);

    const made = await given.gateway.createOrder({ orderId, amountPaise: bill.totalPaise, currency: bill.currency });
    if (!made.ok) return { kind: 'gateway', failure: made };
    if (!answersTo(bill, made.value)) return { kind: 'gateway', failure: OTHER_ORDER };

    const state = openPayment(bill, made.value, given.policy, given.now());
    const { gatewayOrderId, amountPaise, currency } = state;
    const created = paymentEvent('PAYMENT_CREATED', { orderId, gatewayOrderId, amountPaise, currency });
    const result = await given.payments.create(orderId, state, [created], {
      causationId: null,
      correlationId: bill.correlationId,
      traceparent,
    });
    if (result.kind === 'committed') return { kind: 'started', payment: result.stored.state };

    const earlier = await given.payments.find(orderId);
    if (!earlier) throw new Error('a gateway order belongs to another payment');
    return answer(earlier);
  };

const answer = ({ state }: Stored<PaymentState>): PaymentStarted =>
  state.succeededWith === undefined
    ? { kind: 'started', payment: state }
    : { kind: 'not-payable', status: state.status };

const OTHER_ORDER: GatewayFailure = {
  ok: false,
  kind: 'rejected',
  reason: 'the gateway holds another amount under this receipt',
};

const answersTo = (bill: Bill, order: GatewayOrder): boolean =>
  order.amountPaise === bill.totalPaise && order.currency === bill.currency && order.receipt === bill.orderId;

const openPayment = (bill: Bill, order: GatewayOrder, policy: PaymentPolicy, now: Date): PaymentState =>
  withNextLook(
    {
      orderId: bill.orderId,
      userId: bill.userId,
      restaurantId: bill.restaurantId,
      restaurantOwnerId: bill.restaurantOwnerId,
      gatewayOrderId: order.gatewayOrderId,
      amountPaise: bill.totalPaise,
      currency: bill.currency,
      status: 'created',
      attempts: [],
      refunds: [],
      openedAt: now.toISOString(),
      payableUntil: bill.expiresAt ?? new Date(now.getTime() + policy.paymentWindowS * SECOND).toISOString(),
    },
    now,
    policy,
  );
