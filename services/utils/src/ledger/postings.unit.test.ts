import type { Envelope } from '@tiffin/contracts/envelope';
import type { LedgerEntry, LedgerTransaction } from '@tiffin/contracts/ledger-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMoneyEvent } from './money-event.ts';
import {
  type ARefund,
  aRefund,
  cancelled,
  carried,
  delivered,
  EARNING,
  failed,
  logged,
  ORDER_ID,
  paid,
  placed,
  processed,
  RESTAURANT_ID,
  RIDER_ID,
  ready,
  rejected,
  requested,
  SUBTOTAL,
  surplus,
  TOTAL,
} from './order-money.fixture.ts';
import { balanceEntries, postingsOf } from './postings.ts';

const FEES = TOTAL - SUBTOTAL;
const understood = (events: readonly Envelope[]) => events.flatMap((event) => readMoneyEvent(event) ?? []);
const post = (...events: Envelope[]): readonly LedgerTransaction[] => postingsOf(understood(events));
const amounts = (entries: readonly LedgerEntry[]): Record<string, number> =>
  Object.fromEntries(entries.map(({ account, amountPaise }) => [account, amountPaise]));
/** Each transaction in short: what caused it, and what it moved. */
const told = (...events: Envelope[]) => post(...events).map(({ type, entries }) => [type, amounts(entries)]);
const balances = (...events: Envelope[]) => amounts(balanceEntries(understood(events)));
const sumOf = (entries: readonly LedgerEntry[]) => entries.reduce((sum, { amountPaise }) => sum + amountPaise, 0);

describe('what an order posts', () => {
  it('delivered: the payment is held, the food and the trip are owed, the rest is earned', () => {
    expect(told(paid(1), placed(2), ready(3), carried(4), delivered(5))).toEqual([
      ['PAYMENT_SUCCESS', { customer: -TOTAL, gateway: TOTAL }],
      ['DELIVERY_COMPLETED', { rider: -EARNING, platform: EARNING }],
      ['ORDER_DELIVERED', { customer: TOTAL, restaurant: -SUBTOTAL, platform: -FEES }],
    ]);
    expect(balances(paid(1), placed(2), ready(3), carried(4), delivered(5))).toEqual({
      gateway: TOTAL,
      restaurant: -SUBTOTAL,
      rider: -EARNING,
      platform: EARNING - FEES,
    });
  });

  it('names the event that caused it, its time, and whom it owes', () => {
    const [, , settled] = post(paid(1), placed(2), carried(4), delivered(5));
    expect(settled).toMatchObject({
      at: '2026-11-01T10:00:00.005Z',
      orderId: ORDER_ID,
      eventId: 'ORDER_DELIVERED-5',
      entries: [{ account: 'customer' }, { account: 'restaurant', party: RESTAURANT_ID }, { account: 'platform' }],
    });
    expect(post(carried(4))[0]?.entries).toContainEqual({ account: 'rider', party: RIDER_ID, amountPaise: -EARNING });
  });

  it('cancelled before it was ready: what was held goes back, and in the end nothing is left', () => {
    const events = [paid(1), placed(2), cancelled(3, 'admin'), requested(4, aRefund()), processed(5, aRefund())];
    expect(told(...events).slice(1)).toEqual([
      ['REFUND_REQUESTED', { customer: TOTAL, refunds: -TOTAL }],
      ['REFUND_PROCESSED', { gateway: -TOTAL, refunds: TOTAL }],
    ]);
    expect(balances(...events)).toEqual({});
  });

  it.each(['no_rider', 'admin', 'customer'])(
    'cancelled by %s after it was ready: the restaurant gets its food paid',
    (by) => {
      const events = [paid(1), placed(2), ready(3), cancelled(4, by), requested(5, aRefund()), processed(6, aRefund())];
      expect(told(...events)).toContainEqual(['ORDER_CANCELLED', { restaurant: -SUBTOTAL, platform: SUBTOTAL }]);
      expect(balances(...events)).toEqual({ restaurant: -SUBTOTAL, platform: SUBTOTAL });
    },
  );

  it('cancelled by its restaurant after it was ready: nobody owes the food', () => {
    expect(told(placed(1), ready(2), cancelled(3, 'restaurant'))).toEqual([]);
  });

  it('cancelled after it was picked up: the refund goes out, and the trip is finished and paid by the platform', () => {
    const events = [paid(1), placed(2), ready(3), cancelled(4, 'admin'), carried(5), requested(6, aRefund())];
    expect(balances(...events, processed(7, aRefund()))).toEqual({
      restaurant: -SUBTOTAL,
      rider: -EARNING,
      platform: SUBTOTAL + EARNING,
    });
  });

  it('paid twice: both payments are held, and the second goes back', () => {
    const second = aRefund({ paymentId: 'pay_2' });
    const events = [paid(1), surplus(2), requested(3, second), processed(4, second)];
    expect(told(...events)).toEqual([
      ['PAYMENT_SUCCESS', { customer: -TOTAL, gateway: TOTAL }],
      ['PAYMENT_SURPLUS', { customer: -TOTAL, gateway: TOTAL }],
      ['REFUND_REQUESTED', { customer: TOTAL, refunds: -TOTAL }],
      ['REFUND_PROCESSED', { gateway: -TOTAL, refunds: TOTAL }],
    ]);
    expect(balances(...events)).toEqual({ customer: -TOTAL, gateway: TOTAL });
  });

  it('paid twice, and by an older program that told of the refund only: what went back had come', () => {
    const second = aRefund({ paymentId: 'pay_2' });
    expect(balances(paid(1), requested(2, second), processed(3, second))).toEqual({ customer: -TOTAL, gateway: TOTAL });
  });

  it('with something given back after the delivery: the platform pays, the second payment stays the customer’s', () => {
    const kindness = aRefund({ amountPaise: 500 });
    const events = [paid(1), surplus(2), placed(3), delivered(4), requested(5, kindness)];
    expect(told(...events).at(-1)).toEqual(['REFUND_REQUESTED', { platform: 500, refunds: -500 }]);
    expect(balances(...events)).toMatchObject({ customer: -TOTAL });
  });

  it('with something given back before the delivery: it is taken from what is held', () => {
    const kindness = aRefund({ amountPaise: 500 });
    expect(told(paid(1), placed(2), requested(3, kindness), delivered(4)).slice(1)).toEqual([
      ['REFUND_REQUESTED', { customer: 500, refunds: -500 }],
      ['ORDER_DELIVERED', { customer: TOTAL - 500, restaurant: -SUBTOTAL, platform: 500 - FEES }],
    ]);
  });

  it('with a missing item: its restaurant bears the price, the platform its share of the fee', () => {
    const missing = aRefund({ amountPaise: 10_233, restaurantPaise: 10_000 });
    const borne = { restaurant: 10_000, platform: 233, refunds: -10_233 };
    expect(told(paid(1), placed(2), delivered(3), requested(4, missing)).at(-1)).toEqual(['REFUND_REQUESTED', borne]);
    expect(told(paid(1), placed(2), requested(3, missing), delivered(4))).toEqual([
      ['PAYMENT_SUCCESS', { customer: -TOTAL, gateway: TOTAL }],
      ['REFUND_REQUESTED', { customer: 10_233, refunds: -10_233 }],
      ['ORDER_DELIVERED', { customer: TOTAL - 10_233, restaurant: 10_000 - SUBTOTAL, platform: 233 - FEES }],
    ]);
  });

  it('with an item that was missing before the order was rejected: nothing was sold that it is missing from', () => {
    const missing = aRefund({ amountPaise: 10_233, restaurantPaise: 10_000 });
    const rest = aRefund({ refundId: 'rf_2', amountPaise: TOTAL - 10_233 });
    const events = [paid(1), placed(2), requested(3, missing), rejected(4), requested(5, rest)];
    expect(told(...events).slice(1)).toEqual([
      ['REFUND_REQUESTED', { customer: 10_233, refunds: -10_233 }],
      ['REFUND_REQUESTED', { customer: TOTAL - 10_233, refunds: 10_233 - TOTAL }],
    ]);
    expect(balances(...events)).toEqual({ gateway: TOTAL, refunds: -TOTAL });
  });

  it('with an item missing from food that nobody came for: the restaurant is paid for the rest of it', () => {
    const missing = aRefund({ amountPaise: 10_233, restaurantPaise: 10_000 });
    const rest = aRefund({ refundId: 'rf_2', amountPaise: TOTAL - 10_233 });
    const events = [paid(1), placed(2), ready(3), requested(4, missing), cancelled(5, 'admin'), requested(6, rest)];
    expect(balances(...events)).toEqual({
      gateway: TOTAL,
      refunds: -TOTAL,
      restaurant: 10_000 - SUBTOTAL,
      platform: SUBTOTAL - 10_000,
    });
  });

  it('with a refund that fails: as if it had not been requested, and its next try is another', () => {
    const first = aRefund();
    const again = aRefund({ refundId: 'rf_2' });
    expect(told(paid(1), requested(2, first), failed(3, first), requested(4, again)).slice(1)).toEqual([
      ['REFUND_REQUESTED', { customer: TOTAL, refunds: -TOTAL }],
      ['REFUND_FAILED', { customer: -TOTAL, refunds: TOTAL }],
      ['REFUND_REQUESTED', { customer: TOTAL, refunds: -TOTAL }],
    ]);
  });

  it('whose rider’s earning only the ready message tells is paid by that', () => {
    expect(balances(ready(1), carried(2, {}))).toEqual({ rider: -EARNING, platform: EARNING });
    expect(told(carried(2, {}))).toEqual([]);
  });
});

describe('what is not believed', () => {
  it('is a payment told by anybody but who takes payments', () => {
    expect(told({ ...paid(1), source: 'bare' })).toEqual([]);
    expect(told({ ...delivered(1), source: 'rider' })).toEqual([]);
  });

  it('is an event of a version to come, or one that is none', () => {
    expect(told({ ...paid(1), version: 3 }, logged('PAYMENT_SUCCESS', { amountPaise: 1.5 }))).toEqual([]);
  });
});

/** An order as it may go: its events in their usual order, and whether its story is over. */
type Story = { readonly events: readonly Envelope[]; readonly capturedPaise: number; readonly refundedPaise: number };

const ENDINGS: Record<string, (seq: number) => Envelope> = { delivered, rejected };

const aStory: fc.Arbitrary<Story> = fc
  .record({
    end: fc.constantFrom('delivered', 'rejected', 'admin', 'no_rider', 'restaurant', 'customer'),
    wasReady: fc.boolean(),
    wasCarried: fc.boolean(),
    tellsEarning: fc.boolean(),
    surplusCount: fc.integer({ min: 0, max: 2 }),
    tellsSurplus: fc.boolean(),
    parts: fc.array(fc.record({ share: fc.integer({ min: 1, max: 9_000 }), isMissingItem: fc.boolean() }), {
      maxLength: 3,
    }),
    failures: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ end, wasReady, wasCarried, tellsEarning, surplusCount, tellsSurplus, parts, failures }) => {
    const refunds: ARefund[] = parts.map(({ share, isMissingItem }, index) => ({
      refundId: `rf_part_${index}`,
      paymentId: 'pay_1',
      amountPaise: share,
      ...(isMissingItem ? { restaurantPaise: Math.min(share, 7) } : {}),
    }));
    const leftPaise = TOTAL - refunds.reduce((sum, { amountPaise }) => sum + amountPaise, 0);
    if (end !== 'delivered') refunds.push(aRefund({ refundId: 'rf_rest', amountPaise: leftPaise }));
    const others = Array.from({ length: surplusCount }, (_, index) => `pay_other_${index}`);
    for (const paymentId of others) refunds.push(aRefund({ refundId: `rf_${paymentId}`, paymentId }));

    let seq = 0;
    const next = () => {
      seq += 1;
      return seq;
    };
    const events: Envelope[] = [paid(next()), placed(next())];
    if (wasReady) events.push(ready(next()));
    if (tellsSurplus) for (const paymentId of others) events.push(surplus(next(), paymentId));
    if (wasCarried || end === 'delivered') events.push(carried(next(), tellsEarning ? { earningPaise: EARNING } : {}));
    events.push(ENDINGS[end]?.(next()) ?? cancelled(next(), end));
    for (const refund of refunds) {
      for (let index = 0; index < failures; index += 1) {
        const tried = { ...refund, refundId: `${refund.refundId}_${index}` };
        events.push(requested(next(), tried), failed(next(), tried));
      }
      events.push(requested(next(), refund), processed(next(), refund));
    }
    return {
      events,
      capturedPaise: TOTAL * (1 + surplusCount),
      refundedPaise: refunds.reduce((sum, { amountPaise }) => sum + amountPaise, 0),
    };
  });

/** Any of the events, in any order, any of them more than once. */
const shuffled = (events: readonly Envelope[], minLength = 0) =>
  fc.shuffledSubarray([...events, ...events], { minLength });

describe('the ledger of any order', () => {
  it('sums to zero in every transaction, in whole paise, whatever was heard, in whatever order, how often ever', () => {
    fc.assert(
      fc.property(
        aStory.chain(({ events }) => shuffled(events)),
        (heard) => {
          const transactions = post(...heard);
          for (const { entries } of transactions) {
            expect(entries.length).toBeGreaterThanOrEqual(2);
            expect(sumOf(entries)).toBe(0);
            expect(entries.every(({ amountPaise }) => Number.isSafeInteger(amountPaise) && amountPaise !== 0)).toBe(
              true,
            );
          }
          expect(new Set(transactions.map(({ eventId }) => eventId)).size).toBe(transactions.length);
          expect(sumOf(balanceEntries(understood(heard)))).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('comes to the same balances in whatever order it was heard, and to the sum of its transactions', () => {
    const story = aStory.chain(({ events }) => fc.tuple(fc.constant(events), shuffled(events, events.length * 2)));
    fc.assert(
      fc.property(story, ([events, heard]) => {
        expect(balances(...heard)).toEqual(balances(...events));
        const moved: Record<string, number> = {};
        for (const { account, amountPaise } of post(...heard).flatMap(({ entries }) => entries)) {
          moved[account] = (moved[account] ?? 0) + amountPaise;
        }
        const left = Object.entries(moved).filter(([, amountPaise]) => amountPaise !== 0);
        expect(Object.fromEntries(left)).toEqual(balances(...events));
      }),
      { numRuns: 300 },
    );
  });

  it('once it is over holds nothing for the customer, promises nothing, and has at the gateway what came less what went back', () => {
    fc.assert(
      fc.property(aStory, ({ events, capturedPaise, refundedPaise }) => {
        const { customer = 0, refunds = 0, gateway = 0 } = balances(...events);
        expect({ customer, refunds, gateway }).toEqual({
          customer: 0,
          refunds: 0,
          gateway: capturedPaise - refundedPaise,
        });
      }),
      { numRuns: 300 },
    );
  });

  it('posts a repeated event once', () => {
    fc.assert(
      fc.property(aStory, ({ events }) => {
        const once = post(...events);
        expect(post(...events.flatMap((event) => [event, event]))).toEqual(once);
        expect(post(...events, ...events.map((event) => ({ ...event, id: `${event.id}-again` })))).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });
});
