import { itemId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import { orderLine } from '@tiffin/contracts/order-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAY, TOTAL } from './payment.fixture.ts';
import { isOpen, leftOf } from './payment.ts';
import { requestFullRefunds, requestItemsRefund, requestRefund } from './refund.ts';
import { createRefundModel, type RefundModel, unharmed, type Weather } from './refund-model.fixture.ts';

const RUNS = process.env.TIFFIN_LONG ? 20_000 : 250;
const seeded = process.env.TIFFIN_SEED ? { seed: Number(process.env.TIFFIN_SEED) } : {};
const HOUR = 3_600_000;

const idOf = (index: number) => itemId.parse(String(index).padStart(24, '0'));
const QUANTITIES = [2, 1, 3];
const BASKET = {
  items: [4_000, 7_000, 5_000].map((pricePaise, index) =>
    orderLine.parse({ itemId: idOf(index), name: `item ${index}`, pricePaise, quantity: QUANTITIES[index] }),
  ),
  platformFeePaise: inPaise(700),
};

type Step = (model: RefundModel, number: number) => unknown;
const step = <Drawn>(drawn: fc.Arbitrary<Drawn>, act: (drawn: Drawn) => Step) => drawn.map(act);
const small = fc.integer({ min: 0, max: 7 });
// A pursuit makes some five calls a refund: most deaths find it at work.
const life = fc
  .option(fc.integer({ min: 0, max: 14 }), { nil: undefined })
  .map((halves) => () => (halves === undefined ? unharmed() : { halves }));
const sky = fc.array(fc.constantFrom<Weather>('fair', 'answer-lost', 'never-came', 'away', 'under-way'), {
  maxLength: 3,
});

// The reason of each wish is its own: what is tried again under another number has the reason it was promised for.
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: step(
      fc.integer({ min: 100, max: TOTAL }).map(inPaise),
      (amountPaise) => (model, number) =>
        model.decide((state, now) =>
          requestRefund(state, { gatewayPaymentId: PAY, amountPaise, reason: `wish ${number}` }, now),
        ),
    ),
  },
  {
    weight: 3,
    arbitrary: step(
      fc.record({ item: fc.integer({ min: 0, max: 2 }), quantity: fc.integer({ min: 1, max: 3 }) }),
      ({ item, quantity }) =>
        (model, number) =>
          model.decide((state, now) =>
            requestItemsRefund(
              state,
              { gatewayPaymentId: PAY, items: [{ itemId: idOf(item), quantity }], reason: `wish ${number}` },
              BASKET,
              now,
            ),
          ),
    ),
  },
  {
    weight: 1,
    arbitrary: step(
      fc.constant(undefined),
      () => (model, number) =>
        model.decide((state, now) => requestFullRefunds(state, () => true, `wish ${number}`, now)),
    ),
  },
  { weight: 6, arbitrary: step(fc.record({ life, sky }), (drawn) => (model) => model.attend(drawn.life(), drawn.sky)) },
  {
    weight: 3,
    arbitrary: step(
      fc.record({ index: fc.nat(40), life }),
      ({ index, life: of }) =>
        (model) =>
          model.hear(index, of()),
    ),
  },
  {
    weight: 3,
    arbitrary: step(
      fc.record({ small, status: fc.constantFrom('processed' as const, 'failed' as const) }),
      ({ small: index, status }) =>
        (model) =>
          model.settle(index, status),
    ),
  },
  {
    weight: 1,
    arbitrary: step(
      fc.integer({ min: 100, max: 15_000 }).map(inPaise),
      (amountPaise) => (model) => model.dashboard(amountPaise),
    ),
  },
  { weight: 3, arbitrary: step(fc.constantFrom(1_000, 31_000, 120_000, 2 * HOUR), (ms) => (model) => model.wait(ms)) },
);

const count = (values: readonly (string | undefined)[], value: string) =>
  values.filter((known) => known === value).length;

/** True at every moment, whatever died before. */
const expectNothingTwice = (model: RefundModel) => {
  const { refunds } = model.state();
  expect(model.standing()).toBeLessThanOrEqual(TOTAL);
  // At the gateway stands at most one refund for each promise, and no unit of an item stands there twice.
  const standing = model.made.filter(({ fact, key }) => key !== undefined && fact.status !== 'failed');
  const promises = standing.map(({ key }) => refunds.find((refund) => refund.key === key));
  expect(promises).not.toContain(undefined);
  const reasons = promises.map((refund) => refund?.reason);
  expect(new Set(reasons).size).toBe(reasons.length);
  for (const [index, quantity] of QUANTITIES.entries()) {
    // As it was first promised: what is tried again is for the same items.
    const promised = reasons.map((reason) => refunds.find((refund) => refund.reason === reason));
    const units = promised.flatMap((refund) => refund?.items ?? []).filter(({ itemId: id }) => id === idOf(index));
    expect(units.reduce((sum, item) => sum + item.quantity, 0)).toBeLessThanOrEqual(quantity);
  }
  const ended = model.events.flatMap((event) => (event.type === 'REFUND_PROCESSED' ? [event.data.refundId] : []));
  for (const key of ended) expect(count(ended, key)).toBe(1);
};

/** The weather clears, nobody dies any more, the banks settle, and every webhook arrives. */
const settleAll = async (model: RefundModel) => {
  for (let round = 0; round < 12; round += 1) {
    model.wait(50 * 24 * HOUR);
    await model.attend(unharmed(), []);
    for (let pending = 0; pending < model.made.length; pending += 1) model.settle(0, 'processed');
    for (let index = 0; index < model.everythingTold(); index += 1) await model.hear(index, unharmed());
  }
};

describe('refunds through deaths, lost answers, failures, the dashboard and webhooks in any order', () => {
  it('RFND: are each made once, and in the end our record says what the gateway says', {
    timeout: RUNS * 100,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 40, size: 'max' }), async (steps) => {
        const model = createRefundModel();
        for (const [number, act] of steps.entries()) {
          await act(model, number);
          expectNothingTwice(model);
        }
        await settleAll(model);
        expectNothingTwice(model);
        const state = model.state();
        expect(state.refunds.filter(isOpen)).toEqual([]);
        const processed = model.made.filter(({ fact }) => fact.status === 'processed');
        expect(state.attempts[0]?.refundedPaise).toBe(processed.reduce((sum, { fact }) => sum + fact.amountPaise, 0));
        expect(state.attempts[0]?.reservedPaise).toBe(0);
        const ended = state.refunds.filter(({ status }) => status === 'processed');
        expect(ended.map(({ gatewayRefundId }) => gatewayRefundId).toSorted()).toEqual(
          processed.map(({ fact }) => fact.gatewayRefundId).toSorted(),
        );
        // Every promise ended as money or with a person: the last try of none is just `failed`, unless the money was asked for again
        // afterwards, or all that was left was meant and nothing is.
        const nothingLeft = state.attempts.every((attempt) => leftOf(attempt) === 0);
        for (const { reason } of state.refunds.filter((refund) => refund.attempt > 0)) {
          const at = state.refunds.findLastIndex((refund) => refund.reason === reason);
          const last = state.refunds[at];
          const isOver = at < state.refunds.length - 1 || (last?.whole === true && nothingLeft);
          const ends = isOver ? /^(processed|manual_review|failed)$/ : /^(processed|manual_review)$/;
          expect(last?.status).toMatch(ends);
        }
      }),
      { numRuns: RUNS, ...seeded },
    );
  });
});
