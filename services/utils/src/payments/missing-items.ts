import { inPaise, type Paise, shareOf } from '@tiffin/contracts/money';
import type { OrderLine } from '@tiffin/contracts/order-api';
import type { RefundRecord } from './payment.ts';

/** What an order was made of, as its own service says. */
export type Basket = { readonly items: readonly OrderLine[]; readonly platformFeePaise: Paise };
export type RefundedItem = NonNullable<RefundRecord['items']>[number];

export type ItemsPriced =
  | { readonly kind: 'priced'; readonly restaurantPaise: Paise; readonly feePaise: Paise }
  | { readonly kind: 'refused'; readonly detail: string };

/**
 * What missing items come to: their price, and of the platform fee what the value gone so far entitles to, less what was given of it. So
 * the shares of all units, refunded one by one in whatever order and some of them twice tried, sum up to the fee, to the paisa. `earlier`
 * are the refunds that stand; a unit among their items is not there to be refunded again.
 */
export const priceItems = (
  { items: lines, platformFeePaise }: Basket,
  wanted: readonly RefundedItem[],
  earlier: readonly RefundRecord[],
): ItemsPriced => {
  let restaurantPaise = 0;
  for (const { itemId, quantity } of wanted) {
    const prices = pricesOf(lines, itemId);
    const taken = sum(earlier.map(({ items = [] }) => sum(items.filter(isOf(itemId)).map((item) => item.quantity))));
    if (prices.length === 0) return { kind: 'refused', detail: `The order has no item ${itemId}.` };
    if (taken + quantity > prices.length)
      return {
        kind: 'refused',
        detail: `Of item ${itemId} ${Math.max(0, prices.length - taken)} can still be refunded.`,
      };
    restaurantPaise += sum(prices.slice(taken, taken + quantity));
  }
  const ofItems = earlier.filter(({ items }) => items !== undefined);
  const goneBefore = sum(ofItems.map((refund) => refund.restaurantPaise ?? 0));
  const feeBefore = sum(ofItems.map((refund) => refund.amountPaise - (refund.restaurantPaise ?? 0)));
  const subtotal = sum(lines.map(({ pricePaise, quantity }) => pricePaise * quantity));
  const entitled = shareOf(platformFeePaise, goneBefore + restaurantPaise, subtotal);
  return {
    kind: 'priced',
    restaurantPaise: inPaise(restaurantPaise),
    feePaise: inPaise(Math.max(0, entitled - feeBefore)),
  };
};

/** The price of each unit of an item; an order may name an item in two lines. */
const pricesOf = (lines: readonly OrderLine[], itemId: string): readonly number[] =>
  lines.filter(isOf(itemId)).flatMap(({ pricePaise, quantity }) => Array.from({ length: quantity }, () => pricePaise));

const isOf =
  (itemId: string) =>
  (item: { readonly itemId: string }): boolean =>
    item.itemId === itemId;

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
