import { account, type LedgerEntry, type LedgerTransaction } from '@tiffin/contracts/ledger-api';
import { type Balances, balancesOf } from './balances.ts';
import type { MoneyEvent } from './money-event.ts';
import { type MoneyFacts, NO_MONEY, withEvent } from './money-facts.ts';
import { type OrderTerms, termsOf } from './order-terms.ts';

/**
 * The double entries of one order, from its events oldest first. What an event posts is the difference it makes to what the order's money
 * comes to: so each transaction has one cause and sums to zero, a repeat posts nothing, and whatever order events were heard in, the
 * balances in the end are the same.
 *
 * In the usual order that is:
 * - PAYMENT_SUCCESS, PAYMENT_SURPLUS: gateway + · customer −, the money is held for the customer.
 * - ORDER_DELIVERED: customer +, what of the payment is still held · restaurant − its subtotal · platform − the rest, its fees.
 * - DELIVERY_COMPLETED: rider − his earning · platform +. A trip that was finished is paid, also when the order was cancelled meanwhile.
 * - ORDER_CANCELLED after the food was ready, by anybody but its restaurant: restaurant − its subtotal · platform +.
 * - REFUND_REQUESTED: refunds − · customer + as far as money is held of that payment · platform + the rest. Of an item that was missing from
 *   a delivered order: refunds − · restaurant + the item's price · platform + the rest; found missing earlier, it lowers what the restaurant
 *   gets for the food.
 * - REFUND_PROCESSED: refunds + · gateway −. REFUND_FAILED: as if it had not been requested.
 */
export const postingsOf = (history: readonly MoneyEvent[]): readonly LedgerTransaction[] => {
  const terms = termsOf(history);
  const transactions: LedgerTransaction[] = [];
  let known: MoneyFacts = NO_MONEY;
  let before = balancesOf(known, terms);
  for (const event of history) {
    const next = withEvent(known, event);
    if (next === known) continue;
    known = next;
    const after = balancesOf(known, terms);
    const entries = entriesOf(terms, (name) => after[name] - before[name]);
    before = after;
    if (entries.length === 0) continue;
    const { id, type, timestamp, data } = event;
    transactions.push({ at: timestamp, orderId: data.orderId, eventId: id, type, entries });
  }
  return transactions;
};

/** What the transactions of one order come to, zeros left out. */
export const balanceEntries = (history: readonly MoneyEvent[]): readonly LedgerEntry[] => {
  const terms = termsOf(history);
  const balances: Balances = balancesOf(history.reduce(withEvent, NO_MONEY), terms);
  return entriesOf(terms, (name) => balances[name]);
};

const entriesOf = (terms: OrderTerms, amountOf: (name: keyof Balances) => number): LedgerEntry[] =>
  account.options.flatMap((name) => {
    const amountPaise = amountOf(name);
    if (amountPaise === 0) return [];
    const party = name === 'restaurant' ? terms.restaurantId : name === 'rider' ? terms.riderId : undefined;
    return [{ account: name, ...(party === undefined ? {} : { party }), amountPaise }];
  });
