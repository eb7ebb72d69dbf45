import { inPaise } from '@tiffin/contracts/money';
import { describe, expect, it } from 'vitest';
import {
  anAttempt,
  anOpenPayment,
  aPaidPayment,
  aRefund,
  aRefundFact,
  NOW,
  OTHER_PAY,
  OTHER_RFND,
  PAY,
  POLICY,
  RFND,
  TOTAL,
  told,
} from './payment.fixture.ts';
import { isOpen, type PaymentState, paymentStateSchema, paymentView, type RefundRecord } from './payment.ts';
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

const KEY = `rf_${PAY}_0`;
const STATUSES = ['requested', 'submitted', 'unknown', 'pending', 'processed', 'failed', 'manual_review'] as const;
type Status = (typeof STATUSES)[number];

const withStatus = (status: Status, changes: Partial<RefundRecord> = {}): PaymentState =>
  aPaidPayment([
    aRefund({
      status,
      ...(status === 'pending' || status === 'processed' ? { gatewayRefundId: RFND } : {}),
      ...changes,
    }),
  ]);
const refundIn = (decision: { kind: string; state?: PaymentState }, key = KEY) =>
  decision.state?.refunds.find((refund) => refund.key === key);

describe('what the gateway says of a refund', () => {
  const NO = 'nothing-new';
  const DONE = 'partially_refunded REFUND_PROCESSED';
  const AGAIN = 'refund_pending REFUND_FAILED REFUND_REQUESTED';
  const WRONG = 'payment_conflict';
  const TABLE: Record<Status, Record<'pending' | 'processed' | 'failed', string>> = {
    requested: { pending: 'refund_pending', processed: DONE, failed: AGAIN },
    submitted: { pending: 'refund_pending', processed: DONE, failed: AGAIN },
    unknown: { pending: 'refund_pending', processed: DONE, failed: AGAIN },
    pending: { pending: NO, processed: DONE, failed: AGAIN },
    processed: { pending: NO, processed: NO, failed: WRONG },
    failed: { pending: NO, processed: WRONG, failed: NO },
    manual_review: { pending: 'refund_pending', processed: DONE, failed: NO },
  };

  for (const status of STATUSES) {
    for (const said of ['pending', 'processed', 'failed'] as const) {
      it(`${said}, told of one that is ${status}, comes to: ${TABLE[status][said]}`, () => {
        const decision = applyRefundFact(withStatus(status), aRefundFact({ status: said }), POLICY, NOW);
        expect(told(decision)).toBe(TABLE[status][said]);
        if (decision.kind !== 'changed') return;
        expect(paymentStateSchema.parse(decision.state)).toEqual(decision.state);
        expect(JSON.parse(JSON.stringify(decision.state))).toStrictEqual(decision.state);
      });
    }
  }

  it('is known by our key before the gateway’s own id is known', () => {
    expect(
      refundIn(applyRefundFact(withStatus('unknown'), aRefundFact({ status: 'pending' }), POLICY, NOW)),
    ).toMatchObject({
      status: 'pending',
      gatewayRefundId: RFND,
    });
  });

  it('is refused when its amount, its currency or its identity contradicts our record', () => {
    const state = withStatus('pending');
    for (const fact of [{ amountPaise: inPaise(9_999) }, { currency: 'USD' }, { gatewayRefundId: OTHER_RFND }])
      expect(told(applyRefundFact(state, aRefundFact(fact), POLICY, NOW))).toBe('payment_conflict');
  });

  it('counts nothing for money that was never captured', () => {
    const state = anOpenPayment({ attempts: [anAttempt('returned')] });
    expect(told(applyRefundFact(state, aRefundFact({ amountPaise: TOTAL }), POLICY, NOW))).toBe('nothing-new');
  });

  it('C69: made at the dashboard, lowers what can still go back', () => {
    const { key: _, ...outside } = aRefundFact({ amountPaise: inPaise(20_000) });
    const decision = applyRefundFact(aPaidPayment(), outside, POLICY, NOW);
    expect(told(decision)).toBe('partially_refunded REFUND_REQUESTED REFUND_PROCESSED');
    if (decision.kind !== 'changed') return;
    expect(decision.state.refunds).toMatchObject([{ key: RFND, attempt: 0, status: 'processed' }]);
    expect(
      told(requestRefund(decision.state, { gatewayPaymentId: PAY, amountPaise: inPaise(10_701), reason: 'more' }, NOW)),
    ).toBe('refund_not_possible');
    expect(told(requestFullRefunds(decision.state, () => true, 'rest', NOW))).toBe('refund_pending REFUND_REQUESTED');
  });

  it('made at the dashboard, cannot be more than was captured', () => {
    const { key: _, ...outside } = aRefundFact({ amountPaise: inPaise(TOTAL + 1) });
    for (const status of ['pending', 'processed'] as const)
      expect(told(applyRefundFact(aPaidPayment(), { ...outside, status }, POLICY, NOW))).toBe('payment_conflict');
  });

  it('cannot be processed beyond what was captured, after the dashboard was quicker', () => {
    const promised = withStatus('pending', { amountPaise: TOTAL });
    const { key: _, ...outside } = aRefundFact({ gatewayRefundId: OTHER_RFND, amountPaise: TOTAL });
    const quicker = applyRefundFact(promised, outside, POLICY, NOW);
    if (quicker.kind !== 'changed') throw new Error(quicker.kind);
    const ours = applyRefundFact(quicker.state, aRefundFact({ amountPaise: TOTAL }), POLICY, NOW);
    expect(told(ours)).toBe('payment_conflict');
  });

  it('C68: failed three times, waits for a person, its reservation ended', () => {
    let state = withStatus('pending');
    for (const number of [0, 1, 2]) {
      const key = `rf_${PAY}_${number}`;
      const decision = applyRefundFact(
        state,
        aRefundFact({ key, gatewayRefundId: gatewayIdOf(number), status: 'failed' }),
        POLICY,
        NOW,
      );
      expect(told(decision)).toBe(number < 2 ? AGAIN : 'refund_pending REFUND_FAILED');
      if (decision.kind === 'changed') state = decision.state;
    }
    expect(state.refunds.map(({ key, status, attempt }) => ({ key, status, attempt }))).toEqual([
      { key: `rf_${PAY}_0`, status: 'failed', attempt: 1 },
      { key: `rf_${PAY}_1`, status: 'failed', attempt: 2 },
      { key: `rf_${PAY}_2`, status: 'manual_review', attempt: 3 },
    ]);
    expect(state.attempts[0]).toMatchObject({ reservedPaise: 0, refundedPaise: 0 });
    expect(dueRefund(state, new Date('2027-01-01'))).toBeUndefined();
  });
});

const gatewayIdOf = (number: number) =>
  (number === 0 ? RFND : aRefundFact().gatewayRefundId.replace('0001', `001${number}`)) as typeof RFND;

describe('a refund that is asked for', () => {
  const wish = { gatewayPaymentId: PAY, reason: 'cold food' };

  it('is all that is left unless an amount is said', () => {
    const all = requestRefund(aPaidPayment(), wish, NOW);
    expect(refundIn(all)).toMatchObject({ amountPaise: TOTAL, status: 'requested', nextTryAt: NOW.toISOString() });
    expect(told(all)).toBe('refund_pending REFUND_REQUESTED');
  });

  it.each([
    ['99 paise', inPaise(99)],
    ['nothing', inPaise(0)],
    ['more than was paid', inPaise(TOTAL + 1)],
  ])('H129: cannot be %s', (_what, amountPaise) => {
    expect(told(requestRefund(aPaidPayment(), { ...wish, amountPaise }, NOW))).toBe('refund_not_possible');
  });

  it('H129: in two parts cannot exceed what was paid', () => {
    const first = requestRefund(aPaidPayment(), { ...wish, amountPaise: inPaise(20_000) }, NOW);
    if (first.kind !== 'changed') throw new Error(first.kind);
    expect(told(requestRefund(first.state, { ...wish, amountPaise: inPaise(10_701) }, NOW))).toBe(
      'refund_not_possible',
    );
    expect(told(requestRefund(first.state, { ...wish, amountPaise: inPaise(10_700) }, NOW))).toBe(
      'refund_pending REFUND_REQUESTED',
    );
  });

  it('twice by the same request is one refund', () => {
    const first = requestRefund(aPaidPayment(), { ...wish, amountPaise: inPaise(500), origin: 'request-1' }, NOW);
    if (first.kind !== 'changed') throw new Error(first.kind);
    expect(told(requestRefund(first.state, { ...wish, amountPaise: inPaise(500), origin: 'request-1' }, NOW))).toBe(
      'unchanged',
    );
    expect(told(requestRefund(first.state, { ...wish, amountPaise: inPaise(500), origin: 'request-2' }, NOW))).toBe(
      'refund_pending REFUND_REQUESTED',
    );
  });

  it.each(['created', 'failed', 'authorized', 'returned'] as const)('of an attempt that is %s is refused', (status) => {
    const state = anOpenPayment({ attempts: [anAttempt(status)] });
    expect(told(requestRefund(state, wish, NOW))).toBe('payment_conflict');
    expect(told(requestFullRefunds(state, () => true, 'cancelled', NOW))).toBe('nothing-new');
    expect(told(refundRefused(state, PAY, 'too_late', NOW))).toBe('no such payment here');
  });

  it('because the order refused its payment concerns that payment only', () => {
    const state = anOpenPayment({
      attempts: [anAttempt('captured'), anAttempt('captured', OTHER_PAY)],
      succeededWith: PAY,
    });
    const decision = refundRefused(state, OTHER_PAY, 'second_payment', NOW);
    expect(decision).toMatchObject({ events: [{ data: { paymentId: OTHER_PAY, amountPaise: TOTAL } }] });
    expect(decision).toMatchObject({ state: { status: 'captured' } });
    expect(told(refundRefused(state, 'pay_bare', 'wrong_amount', NOW))).toBe('no such payment here');
  });

  it('by two triggers goes back once', () => {
    const cancelled = requestFullRefunds(aPaidPayment(), () => true, 'cancelled', NOW);
    if (cancelled.kind !== 'changed') throw new Error(cancelled.kind);
    expect(told(requestFullRefunds(cancelled.state, () => true, 'rejected', NOW))).toBe('nothing-new');
    expect(told(refundRefused(cancelled.state, PAY, 'too_late', NOW))).toBe('nothing-new');
  });
});

describe('a refund that is pursued', () => {
  it.each(STATUSES)('%s, is due only while it is open', (status) => {
    const refund = aRefund({ status });
    const state = withStatus(status);
    expect(told(claimRefund(state, KEY, NOW))).toBe(isOpen(refund) ? 'refund_pending' : 'nothing-new');
    expect(told(postponeRefund(state, KEY, { perhapsDone: true }, POLICY, NOW))).toBe(
      isOpen(refund) ? 'refund_pending' : 'nothing-new',
    );
    expect(told(refuseRefund(state, KEY, 'refused', NOW))).toBe(
      isOpen(refund) ? 'refund_pending REFUND_FAILED' : 'nothing-new',
    );
  });

  it('belongs to who claimed it, and is due again when that one died', () => {
    const decision = claimRefund(withStatus('requested'), KEY, NOW);
    if (decision.kind !== 'changed') throw new Error(decision.kind);
    expect(refundIn(decision)).toMatchObject({ status: 'submitted', tries: 1 });
    expect(dueRefund(decision.state, NOW)).toBeUndefined();
    expect(dueRefund(decision.state, new Date(NOW.getTime() + 30_000))?.key).toBe(KEY);
  });

  it('is unknown, not failed, when the answer was lost', () => {
    expect(
      refundIn(postponeRefund(withStatus('submitted', { tries: 1 }), KEY, { perhapsDone: true }, POLICY, NOW))?.status,
    ).toBe('unknown');
    expect(
      refundIn(postponeRefund(withStatus('submitted', { tries: 1 }), KEY, { perhapsDone: false }, POLICY, NOW))?.status,
    ).toBe('submitted');
  });

  it('waits longer from try to try, an hour at most', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 50].map((tries) => {
      const at =
        refundIn(postponeRefund(withStatus('submitted', { tries }), KEY, { perhapsDone: false }, POLICY, NOW))
          ?.nextTryAt ?? '';
      return (Date.parse(at) - NOW.getTime()) / 1000;
    });
    expect(pauses).toEqual([5, 15, 60, 300, 900, 3600, 3600, 3600]);
  });

  it('shows itself as requested until the gateway has it', () => {
    for (const status of STATUSES) {
      const shown = paymentView(withStatus(status)).refunds[0]?.status;
      expect(shown).toBe(status === 'submitted' || status === 'unknown' ? 'requested' : status);
    }
  });
});
