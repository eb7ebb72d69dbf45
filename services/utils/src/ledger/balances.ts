import type { Account } from '@tiffin/contracts/ledger-api';
import type { MoneyFacts } from './money-facts.ts';
import type { OrderTerms } from './order-terms.ts';

export type Balances = Readonly<Record<Account, number>>;

/**
 * What the money of one order comes to, by what is known of it: the books as they must stand, in whatever order it was heard. They sum to
 * zero because the platform has what nobody else has.
 */
export const balancesOf = (known: MoneyFacts, terms: OrderTerms): Balances => {
  // Food that was ready is paid, also where nobody came for it; not when its own restaurant gave the order up.
  const isFoodDue = known.deliveredPaise !== undefined || (known.isCalledOffByOthers && terms.wasReady);
  const refunds = [...known.refunds.values()].filter(({ status }) => status !== 'failed');
  const processedPaise = sum(refunds.filter(({ status }) => status === 'processed'));
  // A missing item is not money that is held and goes back: the food is sold, and its restaurant and the platform bear it. Until the food
  // is due nothing is sold that anything could be missing from.
  const isBorne = (refund: (typeof refunds)[number]) => refund.restaurantPaise !== undefined && isFoodDue;
  const bornePaise = refunds.reduce(
    (total, refund) => (isBorne(refund) ? total + (refund.restaurantPaise ?? 0) : total),
    0,
  );

  let gatewayPaise = 0 - processedPaise;
  let heldPaise = 0;
  for (const paymentId of new Set([...known.captures.keys(), ...refunds.map((refund) => refund.paymentId)])) {
    const ofPayment = refunds.filter((refund) => refund.paymentId === paymentId);
    // Older programs told of the refund of a second payment, and not of the payment: what goes back must have come.
    const capturedPaise = known.captures.get(paymentId) ?? sum(ofPayment);
    const spentPaise = paymentId === known.paidWith ? (known.deliveredPaise ?? 0) : 0;
    // Of an order that was called off everything goes back out of what is held, whoever bears it in the end.
    const backPaise = sum(ofPayment.filter((refund) => !(isBorne(refund) && known.deliveredPaise !== undefined)));
    gatewayPaise += capturedPaise;
    heldPaise += Math.max(0, capturedPaise - spentPaise - backPaise);
  }

  const others = {
    customer: 0 - heldPaise,
    gateway: gatewayPaise,
    restaurant: bornePaise - (isFoodDue ? terms.subtotalPaise : 0),
    rider: 0 - (known.isTripDone ? terms.earningPaise : 0),
    refunds: processedPaise - sum(refunds),
  };
  const { customer, gateway, restaurant, rider, refunds: promised } = others;
  return { ...others, platform: 0 - (customer + gateway + restaurant + rider + promised) };
};

const sum = (amounts: readonly { readonly amountPaise: number }[]): number =>
  amounts.reduce((total, { amountPaise }) => total + amountPaise, 0);
