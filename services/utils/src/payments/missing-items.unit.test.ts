import { itemId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import { orderLine } from '@tiffin/contracts/order-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Basket, priceItems } from './missing-items.ts';
import { aPaidPayment, aRefund, aRefundFact, NOW, PAY, POLICY } from './payment.fixture.ts';
import type { RefundRecord } from './payment.ts';
import { applyRefundFact, requestItemsRefund } from './refund.ts';

const RUNS = process.env.TIFFIN_LONG ? 50_000 : 300;
const seeded = process.env.TIFFIN_SEED ? { seed: Number(process.env.TIFFIN_SEED) } : {};

const idOf = (index: number) => itemId.parse(index.toString(16).padStart(24, '0'));
const basketOf = (lines: readonly (readonly [number, number, number])[], fee: number): Basket => ({
  items: lines.map(([item, pricePaise, quantity]) =>
    orderLine.parse({ itemId: idOf(item), name: `item ${item}`, pricePaise, quantity }),
  ),
  platformFeePaise: inPaise(fee),
});
/** A refund that stands, as its record says. */
const standing = (items: NonNullable<RefundRecord['items']>, price: number, fee: number) =>
  aRefund({
    status: 'processed',
    items,
    restaurantPaise: inPaise(price),
    amountPaise: inPaise(Math.max(1, price + fee)),
  });

const line = fc.record({
  pricePaise: fc.integer({ min: 1, max: 1_000_000 }),
  quantity: fc.integer({ min: 1, max: 6 }),
});
const anOrder = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 6 }),
  // Some items in two lines, as an order may name them.
  twice: fc.boolean(),
  platformFeePaise: fc.oneof(fc.constantFrom(0, 1, 7, 99, 100, 700), fc.integer({ min: 0, max: 1_000_000 })),
});
type AnOrder = typeof anOrder extends fc.Arbitrary<infer Order> ? Order : never;
const read = ({ lines, twice, platformFeePaise }: AnOrder) => {
  const basket = basketOf(
    lines.flatMap(({ pricePaise, quantity }, index): [number, number, number][] =>
      twice
        ? [
            [index, pricePaise, quantity],
            [index, pricePaise, 1],
          ]
        : [[index, pricePaise, quantity]],
    ),
    platformFeePaise,
  );
  const units = basket.items.flatMap(({ itemId: item, quantity }) => Array.from({ length: quantity }, () => item));
  const subtotal = basket.items.reduce((sum, { pricePaise, quantity }) => sum + pricePaise * quantity, 0);
  return { basket, units, subtotal };
};

describe('H130: what missing items come to', () => {
  it('is, unit by unit in whatever order and with tries that fell through, exactly the subtotal and the platform fee', () => {
    const ways = anOrder.chain((order) => {
      const { units } = read(order);
      const shuffled = fc.shuffledSubarray([...units.keys()], { minLength: units.length, maxLength: units.length });
      return fc.tuple(fc.constant(order), shuffled, fc.infiniteStream(fc.integer({ min: 0, max: 3 })));
    });
    fc.assert(
      fc.property(ways, ([order, way, luck]) => {
        const { basket, units, subtotal } = read(order);
        let earlier: RefundRecord[] = [];
        const waiting = way.flatMap((index) => units[index] ?? []);
        for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
          const items = [{ itemId: item, quantity: 1 }];
          const priced = priceItems(basket, items, earlier);
          if (priced.kind === 'refused') throw new Error(priced.detail);
          earlier.push(standing(items, priced.restaurantPaise, priced.feePaise));
          const fee = earlier.reduce(
            (sum, { amountPaise, restaurantPaise = 0 }) => sum + amountPaise - restaurantPaise,
            0,
          );
          expect(fee).toBeLessThanOrEqual(basket.platformFeePaise);
          // One of the earlier fell through and its unit is asked for again in the end.
          if (luck.next().value === 0 && waiting.length > 0) {
            const [fallen, ...rest] = earlier;
            earlier = rest;
            waiting.push(...(fallen?.items ?? []).map(({ itemId: again }) => again));
          }
        }
        const total = earlier.reduce((sum, { amountPaise }) => sum + amountPaise, 0);
        expect(total).toBe(subtotal + basket.platformFeePaise);
        for (const item of new Set(units))
          expect(priceItems(basket, [{ itemId: item, quantity: 1 }], earlier).kind).toBe('refused');
      }),
      { numRuns: RUNS, ...seeded },
    );
  });

  it('does not depend on what is asked for together, when nothing fell through', () => {
    fc.assert(
      fc.property(anOrder, (order) => {
        const { basket, subtotal } = read(order);
        const whole = new Map<string, number>();
        for (const { itemId: id, quantity } of basket.items) whole.set(id, (whole.get(id) ?? 0) + quantity);
        const items = [...whole].map(([id, quantity]) => ({ itemId: itemId.parse(id), quantity }));
        const feePaise = basket.platformFeePaise;
        expect(priceItems(basket, items, [])).toEqual({ kind: 'priced', restaurantPaise: subtotal, feePaise });
      }),
      { numRuns: RUNS, ...seeded },
    );
  });

  it('of three equal lines of a fee of 100 is 33, 33 and 34', () => {
    const basket = basketOf([[1, 1_000, 3]], 100);
    const earlier: RefundRecord[] = [];
    const fees = [1, 2, 3].map(() => {
      const items = [{ itemId: idOf(1), quantity: 1 }];
      const priced = priceItems(basket, items, earlier);
      if (priced.kind === 'refused') throw new Error(priced.detail);
      earlier.push(standing(items, priced.restaurantPaise, priced.feePaise));
      return priced.feePaise;
    });
    expect(fees).toEqual([33, 33, 34]);
  });

  it('is exact where a double would not be', () => {
    const basket = basketOf(
      [
        [1, 9_999_999_999, 1],
        [2, 1, 1],
      ],
      9_999_999_999,
    );
    expect(priceItems(basket, [{ itemId: idOf(1), quantity: 1 }], [])).toMatchObject({ feePaise: 9_999_999_998 });
  });
});

describe('a refund of missing items', () => {
  const basket = basketOf(
    [
      [1, 10_000, 2],
      [2, 50, 1],
    ],
    700,
  );
  const ask = (state: ReturnType<typeof aPaidPayment>, item: number, quantity = 1, origin = 'a') =>
    requestItemsRefund(
      state,
      { gatewayPaymentId: PAY, items: [{ itemId: idOf(item), quantity }], reason: 'missing', origin },
      basket,
      NOW,
    );

  it.each([
    ['requested', 'items_not_refundable'],
    ['submitted', 'items_not_refundable'],
    ['unknown', 'items_not_refundable'],
    ['pending', 'items_not_refundable'],
    ['processed', 'items_not_refundable'],
    ['failed', 'changed'],
    ['manual_review', 'changed'],
  ] as const)('H129: whose unit is in a refund that is %s comes to: %s', (status, comesTo) => {
    const both = aRefund({
      status,
      items: [{ itemId: idOf(1), quantity: 2 }],
      restaurantPaise: inPaise(20_000),
      amountPaise: inPaise(20_698),
    });
    const decision = ask(aPaidPayment([both]), 1);
    expect(decision.kind === 'conflict' ? decision.code : decision.kind).toBe(comesTo);
  });

  it('C68: that failed is tried again for the same items, which are not free meanwhile', () => {
    const first = ask(aPaidPayment(), 1, 2);
    if (first.kind !== 'changed') throw new Error(first.kind);
    const fact = aRefundFact({ amountPaise: inPaise(20_698), status: 'failed' });
    const failed = applyRefundFact(first.state, fact, POLICY, NOW);
    if (failed.kind !== 'changed') throw new Error(failed.kind);
    const items = [{ itemId: idOf(1), quantity: 2 }];
    expect(failed.state.refunds).toMatchObject([
      { status: 'failed', items },
      { status: 'requested', items, restaurantPaise: 20_000, attempt: 2 },
    ]);
    expect(failed.events.map(({ data }) => data)).toMatchObject(Array(2).fill({ restaurantPaise: 20_000 }));
    expect(ask(failed.state, 1, 1, 'b')).toMatchObject({ kind: 'conflict', code: 'items_not_refundable' });
  });

  it('asked twice by the same request is one refund, and below what the gateway takes is none', () => {
    const first = ask(aPaidPayment(), 1, 2);
    if (first.kind !== 'changed') throw new Error(first.kind);
    expect(first.events).toMatchObject([{ type: 'REFUND_REQUESTED', data: { restaurantPaise: 20_000 } }]);
    expect(ask(first.state, 1, 2).kind).toBe('unchanged');
    expect(ask(aPaidPayment(), 2)).toMatchObject({ kind: 'conflict', code: 'refund_not_possible' });
  });
});
