import type { Account, LedgerEntry, OrderLedger } from '@tiffin/contracts/ledger-api';
import type { BankFacts, Facts, Judgement, OrderFacts } from './facts.ts';
import { followMoves } from './order-moves.ts';

const sumOf = (entries: readonly LedgerEntry[]): number =>
  entries.reduce((total, { amountPaise }) => total + amountPaise, 0);
const balanceOf = ({ balances }: OrderLedger, wanted: Account): number =>
  sumOf(balances.filter(({ account }) => account === wanted));

const problemOf = (
  { ledger, order, history = [] }: OrderFacts,
  { capturedPaise, refundedPaise }: Pick<BankFacts, 'capturedPaise' | 'refundedPaise'>,
): string | undefined => {
  if (!ledger) return 'has no ledger';
  const crooked = ledger.items.find(({ entries }) => sumOf(entries) !== 0);
  if (crooked) return `${crooked.type} ${crooked.eventId} posts ${sumOf(crooked.entries)} paise more than nothing`;
  const moved = sumOf(ledger.items.flatMap(({ entries }) => entries));
  if (moved !== 0 || sumOf(ledger.balances) !== 0) return 'does not come to zero';

  const atGateway = balanceOf(ledger, 'gateway');
  if (atGateway !== capturedPaise - refundedPaise) {
    return `has ${atGateway} paise at the gateway, the bank ${capturedPaise} − ${refundedPaise}`;
  }
  for (const account of ['customer', 'refunds'] as const) {
    const left = balanceOf(ledger, account);
    if (left !== 0) return `has ${left} paise left in ${account}`;
  }
  const isDelivered = followMoves(history).state === 'delivered';
  const owedPaise = 0 - balanceOf(ledger, 'restaurant');
  return isDelivered && owedPaise !== order?.subtotalPaise
    ? `owes its restaurant ${owedPaise} paise of ${order?.subtotalPaise}`
    : undefined;
};

const NOTHING = { capturedPaise: 0, refundedPaise: 0 };

/**
 * The ledger of each order sums to zero, transaction by transaction, and has at the gateway what the bank has; in the end nothing is held
 * or promised, and the restaurant of a delivered order is owed its subtotal.
 */
export const ledgerSumsToZero = ({ orders, bank }: Facts): Judgement => {
  const atBank = new Map(bank.map((moved) => [moved.gatewayOrderId, moved]));
  return {
    checked: orders.length,
    violations: orders.flatMap((order) => {
      const problem = problemOf(order, atBank.get(order.payment?.gatewayOrderId ?? '') ?? NOTHING);
      return problem === undefined ? [] : [{ id: order.orderId, problem }];
    }),
  };
};
