import { gatewayOrderId, gatewayPaymentId, gatewayRefundId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import type { PaymentFact, RefundFact } from './gateway.ts';
import { type PaymentEvent, type PaymentState, paymentStateSchema, type RefundRecord, recounted } from './payment.ts';

export const NOW = new Date('2026-11-01T10:00:00.000Z');
export const POLICY = { reconcileAfterS: 60 };
export const TOTAL = inPaise(30_700);

export const ORDER = gatewayOrderId.parse('order_TiffinTest0001');
export const OTHER_ORDER = gatewayOrderId.parse('order_TiffinTest0002');
export const PAY = gatewayPaymentId.parse('pay_TiffinTest0001');
export const OTHER_PAY = gatewayPaymentId.parse('pay_TiffinTest0002');
export const RFND = gatewayRefundId.parse('rfnd_TiffinTest0001');
export const OTHER_RFND = gatewayRefundId.parse('rfnd_TiffinTest0002');

export const anOpenPayment = (changes: Partial<PaymentState> = {}): PaymentState =>
  recounted(
    paymentStateSchema.parse({
      orderId: '0'.repeat(23).concat('1'),
      userId: 'customer-1',
      restaurantId: 'a'.repeat(24),
      restaurantOwnerId: 'owner-1',
      gatewayOrderId: ORDER,
      amountPaise: TOTAL,
      currency: 'INR',
      status: 'created',
      attempts: [],
      refunds: [],
      openedAt: NOW.toISOString(),
      payableUntil: '2026-11-01T10:15:00.000Z',
      lookAt: '2026-11-01T10:01:00.000Z',
      ...changes,
    }),
  );

type AttemptStatus = PaymentState['attempts'][number]['status'];
export const anAttempt = (status: AttemptStatus, id = PAY): PaymentState['attempts'][number] => ({
  gatewayPaymentId: id,
  status,
  amountPaise: TOTAL,
  capturedPaise: status === 'captured' ? TOTAL : inPaise(0),
  refundedPaise: inPaise(0),
  reservedPaise: inPaise(0),
});

export const aPaidPayment = (refunds: readonly RefundRecord[] = []): PaymentState =>
  anOpenPayment({ attempts: [anAttempt('captured')], succeededWith: PAY, refunds: [...refunds] });

export const aRefund = (changes: Partial<RefundRecord> = {}): RefundRecord => ({
  key: `rf_${PAY}_0`,
  gatewayPaymentId: PAY,
  amountPaise: inPaise(10_000),
  reason: 'the kitchen closed',
  status: 'requested',
  attempt: 1,
  tries: 0,
  nextTryAt: NOW.toISOString(),
  ...changes,
});

export const aPaymentFact = (changes: Partial<PaymentFact> = {}): PaymentFact => ({
  gatewayPaymentId: PAY,
  gatewayOrderId: ORDER,
  status: 'captured',
  amountPaise: TOTAL,
  amountRefundedPaise: inPaise(0),
  currency: 'INR',
  ...changes,
});

export const aRefundFact = (changes: Partial<RefundFact> = {}): RefundFact => ({
  gatewayRefundId: RFND,
  gatewayPaymentId: PAY,
  amountPaise: inPaise(10_000),
  currency: 'INR',
  status: 'processed',
  key: `rf_${PAY}_0`,
  ...changes,
});

type Decided = {
  readonly kind: string;
  readonly state?: PaymentState;
  readonly events?: readonly PaymentEvent[];
  readonly reason?: string;
  readonly code?: string;
};

/** What a decision came to, in the words of the tables: the new status and its events, or the refusal. */
export const told = (decision: Decided): string =>
  decision.kind === 'changed'
    ? [decision.state?.status, ...(decision.events ?? []).map(({ type }) => type)].join(' ')
    : (decision.code ?? decision.reason ?? decision.kind);
