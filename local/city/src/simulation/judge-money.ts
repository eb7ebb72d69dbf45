import type { Envelope } from '@tiffin/contracts/envelope';
import type { PaymentView } from '@tiffin/contracts/payment-api';
import type { BankFacts, Facts, Judgement, OrderFacts } from './facts.ts';
import { groupBy } from './group-by.ts';
import { followMoves } from './order-moves.ts';

const HAS_MONEY: ReadonlySet<PaymentView['status']> = new Set([
  'captured',
  'refund_pending',
  'partially_refunded',
  'refunded',
]);

/** What our own books say was taken and given back, in paise. */
const bookedOf = (payment: PaymentView | undefined) => {
  if (!payment || !HAS_MONEY.has(payment.status)) return { capturedPaise: 0, refundedPaise: 0 };
  const processed = payment.refunds.filter(({ status }) => status === 'processed');
  return {
    capturedPaise: payment.amountPaise,
    refundedPaise: processed.reduce((sum, { amountPaise }) => sum + amountPaise, 0),
  };
};

/** What the customer has to have paid in the end: the whole of a delivered order, nothing of any other. */
const owedPaise = ({ order, history = [] }: OrderFacts): number =>
  followMoves(history).state === 'delivered' ? (order?.totalPaise ?? 0) : 0;

const NOTHING = { capturedPaise: 0, refundedPaise: 0 };

const problemOf = (
  facts: OrderFacts,
  successes: readonly Envelope[],
  bank: Pick<BankFacts, 'capturedPaise' | 'refundedPaise'>,
): string | undefined => {
  const booked = bookedOf(facts.payment);
  const isPaid = booked.capturedPaise > 0 || bank.capturedPaise > 0 || wasPlaced(facts);
  const expected = isPaid ? 1 : 0;
  if (successes.length !== expected) return `has ${successes.length} PAYMENT_SUCCESS where ${expected} belongs`;
  const told = successes[0]?.data.amountPaise;
  if (isPaid && told !== facts.order?.totalPaise) {
    return `costs ${facts.order?.totalPaise} paise, PAYMENT_SUCCESS says ${String(told)}`;
  }
  if (booked.capturedPaise !== bank.capturedPaise || booked.refundedPaise !== bank.refundedPaise) {
    const { capturedPaise, refundedPaise } = booked;
    return `our books say ${capturedPaise} − ${refundedPaise} paise, the bank ${bank.capturedPaise} − ${bank.refundedPaise}`;
  }
  const kept = bank.capturedPaise - bank.refundedPaise;
  const owed = owedPaise(facts);
  return kept === owed ? undefined : `${kept} paise were kept where ${owed} are owed`;
};

const wasPlaced = ({ history = [] }: OrderFacts) => history.some(({ type }) => type === 'ORDER_PLACED');

/** Each paid order has one PAYMENT_SUCCESS of what it costs; our books and the bank's agree, and what was kept is what is owed. */
export const moneyAddsUp = ({ orders, bank, log }: Facts): Judgement => {
  const atBank = new Map(bank.map((moved) => [moved.gatewayOrderId, moved]));
  const successes = groupBy(
    log.filter(({ type }) => type === 'PAYMENT_SUCCESS'),
    ({ data }) => String(data.orderId),
  );
  return {
    checked: orders.length,
    violations: orders.flatMap((order) => {
      const moved = atBank.get(order.payment?.gatewayOrderId ?? '') ?? NOTHING;
      const problem = problemOf(order, successes.get(order.orderId) ?? [], moved);
      return problem === undefined ? [] : [{ id: order.orderId, problem }];
    }),
  };
};
