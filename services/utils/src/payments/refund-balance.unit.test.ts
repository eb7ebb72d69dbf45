import { gatewayPaymentId, gatewayRefundId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMoneyEvent } from '../ledger/money-event.ts';
import { logged } from '../ledger/order-money.fixture.ts';
import { balanceEntries } from '../ledger/postings.ts';
import { applyGatewayFact, type PaymentDecision } from './gateway-fact.ts';
import { anOpenPayment, aPaymentFact, aRefundFact, NOW, PAY, POLICY, TOTAL } from './payment.fixture.ts';
import { type PaymentEvent, type PaymentState, paymentStateSchema } from './payment.ts';
import {
  applyRefundFact,
  claimRefund,
  dueRefund,
  postponeRefund,
  refundRefused,
  refuseRefund,
  requestFullRefunds,
  requestRefund,
} from './refund.ts';

const PAYS = ['0001', '0002', '0003'].map((end) => gatewayPaymentId.parse(`pay_TiffinTest${end}`));
const pay = fc.constantFrom(...PAYS);
const amount = fc.oneof(fc.constant(TOTAL), fc.integer({ min: 1, max: TOTAL + 5 }).map(inPaise));
const number = fc.integer({ min: 0, max: 4 });

type Step = (state: PaymentState, now: Date) => PaymentDecision;

const said = <Value>(values: fc.Arbitrary<Value>, decide: (value: Value) => Step): fc.Arbitrary<Step> =>
  values.map(decide);
const keyIn = (state: PaymentState, index: number) =>
  state.refunds[index % Math.max(1, state.refunds.length)]?.key ?? 'none';

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  said(
    fc.record({
      gatewayPaymentId: pay,
      status: fc.constantFrom('created', 'failed', 'authorized', 'returned', 'captured'),
      amountRefundedPaise: fc.constantFrom(...[0, 0, 0, 500, TOTAL].map(inPaise)),
      amountPaise: fc.constantFrom(TOTAL, TOTAL, TOTAL, inPaise(TOTAL - 1)),
    }),
    (fact) => (state, now) => applyGatewayFact(state, aPaymentFact(fact), POLICY, now),
  ),
  said(
    fc.record({
      gatewayPaymentId: pay,
      gatewayRefundId: number.map((end) => gatewayRefundId.parse(`rfnd_TiffinTest000${end}`)),
      amountPaise: amount,
      status: fc.constantFrom('pending', 'processed', 'failed'),
    }),
    (fact) => (state, now) => {
      const { key: _, ...outside } = aRefundFact(fact);
      return applyRefundFact(state, outside, POLICY, now);
    },
  ),
  // The gateway answers about a refund of ours, in whatever order and however often.
  said(
    fc.record({ index: number, status: fc.constantFrom('pending', 'processed', 'failed') }),
    ({ index, status }) =>
      (state, now) => {
        const refund = state.refunds[index % Math.max(1, state.refunds.length)];
        if (!refund) return { kind: 'nothing-new' };
        const { key, gatewayPaymentId: of, amountPaise } = refund;
        const id = gatewayRefundId.parse(`rfnd_Own${key.replace(/[^A-Za-z0-9]/g, '').slice(-24)}`);
        const known = refund.gatewayRefundId ?? id;
        return applyRefundFact(
          state,
          aRefundFact({ key, gatewayPaymentId: of, gatewayRefundId: known, amountPaise, status }),
          POLICY,
          now,
        );
      },
  ),
  said(
    fc.record({
      gatewayPaymentId: pay,
      amountPaise: fc.option(amount, { nil: undefined }),
      origin: fc.constantFrom('a', 'b', 'c'),
    }),
    (wish) => (state, now) => requestRefund(state, { ...wish, reason: 'asked' }, now),
  ),
  said(fc.constant(undefined), () => (state, now) => requestFullRefunds(state, () => true, 'cancelled', now)),
  said(pay, (id) => (state, now) => refundRefused(state, id, 'too_late', now)),
  said(fc.constant(undefined), () => (state, now) => {
    const due = dueRefund(state, now);
    return due ? claimRefund(state, due.key, now) : { kind: 'nothing-new' };
  }),
  said(
    number,
    (index) => (state, now) => postponeRefund(state, keyIn(state, index), { perhapsDone: true }, POLICY, now),
  ),
  said(number, (index) => (state, now) => refuseRefund(state, keyIn(state, index), 'refused', now)),
);

const run = (steps: readonly Step[]) => {
  let state = anOpenPayment();
  const events: PaymentEvent[] = [];
  for (const [index, decide] of steps.entries()) {
    const before = state;
    const decision = decide(state, new Date(NOW.getTime() + index * 60_000));
    if (decision.kind !== 'changed') continue;
    state = decision.state;
    events.push(...decision.events);
    checkBalance(before, state);
  }
  return { state, events };
};

const checkBalance = (before: PaymentState, state: PaymentState) => {
  for (const attempt of state.attempts) {
    const of = state.refunds.filter(({ gatewayPaymentId }) => gatewayPaymentId === attempt.gatewayPaymentId);
    const refunded = of
      .filter(({ status }) => status === 'processed')
      .reduce((sum, { amountPaise }) => sum + amountPaise, 0);
    expect(refunded).toBe(attempt.refundedPaise);
    expect(refunded).toBeLessThanOrEqual(attempt.capturedPaise);
    const earlier = before.attempts.find(({ gatewayPaymentId }) => gatewayPaymentId === attempt.gatewayPaymentId);
    expect(attempt.capturedPaise).toBeGreaterThanOrEqual(earlier?.capturedPaise ?? 0);
    expect(attempt.refundedPaise).toBeGreaterThanOrEqual(earlier?.refundedPaise ?? 0);
  }
  expect(new Set(state.refunds.map(({ key }) => key)).size).toBe(state.refunds.length);
  expect(before.succeededWith === undefined || before.succeededWith === state.succeededWith).toBe(true);
};

/** What the ledger has at the gateway once it has heard these events. */
const atGateway = (events: readonly PaymentEvent[]): number => {
  const heard = events.flatMap(({ type, data }, index) => readMoneyEvent(logged(type, data, index + 1)) ?? []);
  return balanceEntries(heard).find(({ account }) => account === 'gateway')?.amountPaise ?? 0;
};

describe('any interleaving of facts, requests and answers', () => {
  it('never gives back more than was captured, keeps keys apart, tells of one success, and leaves the ledger no other balance', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60, size: 'max' }), (steps) => {
        const { state, events } = run(steps);
        expect(events.filter(({ type }) => type === 'PAYMENT_SUCCESS').length).toBeLessThanOrEqual(1);
        expect(paymentStateSchema.parse(state)).toEqual(state);
        expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
        const ended = events.filter(({ type }) => type === 'REFUND_PROCESSED');
        const keys = ended.map(({ data }) => ('refundId' in data ? data.refundId : ''));
        expect(new Set(keys).size).toBe(keys.length);
        expect(atGateway(events)).toBe(
          state.attempts.reduce((total, { capturedPaise, refundedPaise }) => total + capturedPaise - refundedPaise, 0),
        );
      }),
      { numRuns: 600 },
    );
  });

  it('never promises by request more than was captured', () => {
    const asked = fc.record({
      gatewayPaymentId: fc.constant(PAY),
      amountPaise: fc.integer({ min: 100, max: TOTAL }).map(inPaise),
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 20 }), (wishes) => {
        const { state } = run([
          (payment, now) => applyGatewayFact(payment, aPaymentFact(), POLICY, now),
          ...wishes.map(
            (wish): Step =>
              (payment, now) =>
                requestRefund(payment, { ...wish, reason: 'asked' }, now),
          ),
        ]);
        const [attempt] = state.attempts;
        expect((attempt?.refundedPaise ?? 0) + (attempt?.reservedPaise ?? 0)).toBeLessThanOrEqual(TOTAL);
      }),
      { numRuns: 200 },
    );
  });

  it('comes to the same payment whatever the order and the repetition of the gateway’s facts of one payment', () => {
    const facts = (['created', 'failed', 'authorized', 'captured', 'captured'] as const).map((status) =>
      aPaymentFact({ status }),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray([...facts, ...facts], { minLength: 10, maxLength: 10 }), (shuffled) => {
        const { state, events } = run(
          shuffled.map((fact) => (payment, now) => applyGatewayFact(payment, fact, POLICY, now)),
        );
        expect(state).toMatchObject({ status: 'captured', succeededWith: PAY, attempts: [{ status: 'captured' }] });
        expect(events.filter(({ type }) => type === 'PAYMENT_SUCCESS').length).toBe(1);
      }),
      { numRuns: 200 },
    );
  });
});
