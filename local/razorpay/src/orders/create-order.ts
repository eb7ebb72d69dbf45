import type { Commit } from '../commit.ts';
import type { Order } from '../entities.ts';
import { newIdentifier } from '../identifier.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { done, invalidInput, type Outcome, refused } from '../refusal.ts';
import { openOrder } from './order.ts';
import { readOrderRequest } from './order-request.ts';

/**
 * `POST /v1/orders`. A receipt belongs to one order: its repeat is refused, or answered with that same order when
 * `unique_receipt` is set. The stored order comes back as it is, even if the repeat asks for another amount.
 */
export const createOrder =
  ({ ledger, commit, now }: { ledger: Ledger; commit: Commit; now: () => number }) =>
  (body: unknown): Outcome<Order> => {
    const request = readOrderRequest(body);
    if (request.kind === 'refused') return request;
    const { receipt, uniqueReceipt, capture } = request.value;

    const existing = receipt === null ? undefined : ledger.findOrderByReceipt(receipt);
    if (existing !== undefined) {
      return uniqueReceipt ? done(existing) : refused(invalidInput('Order receipt should be unique.', 'receipt'));
    }
    const order = openOrder(request.value, newIdentifier('order'), now());
    commit(() => ledger.addOrder(order, capture));
    return done(order);
  };
