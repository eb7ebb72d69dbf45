import { EVENTS } from '@tiffin/contracts/event-catalogue';
import { inPaise } from '@tiffin/contracts/money';
import { describe, expect, it } from 'vitest';
import { applyGatewayFact, isLookDue, looked, lookNow } from './gateway-fact.ts';
import {
  anAttempt,
  anOpenPayment,
  aPaidPayment,
  aPaymentFact,
  aRefund,
  NOW,
  OTHER_ORDER,
  OTHER_PAY,
  PAY,
  POLICY,
  TOTAL,
  told,
} from './payment.fixture.ts';
import { type PaymentState, paymentNextActionAt, paymentStateSchema } from './payment.ts';

const STATES: Record<string, PaymentState> = {
  untried: anOpenPayment(),
  begun: anOpenPayment({ attempts: [anAttempt('created')] }),
  failed: anOpenPayment({ attempts: [anAttempt('failed')] }),
  authorized: anOpenPayment({ attempts: [anAttempt('authorized')] }),
  returned: anOpenPayment({ attempts: [anAttempt('returned')] }),
  captured: aPaidPayment(),
  'another failed': anOpenPayment({ attempts: [anAttempt('failed', OTHER_PAY)] }),
  'paid by another': anOpenPayment({ attempts: [anAttempt('captured', OTHER_PAY)], succeededWith: OTHER_PAY }),
  'being refunded': aPaidPayment([aRefund()]),
  refunded: aPaidPayment([aRefund({ status: 'processed', amountPaise: TOTAL })]),
};

const FACTS = {
  created: aPaymentFact({ status: 'created' }),
  failed: aPaymentFact({ status: 'failed', reason: 'payment_failed' }),
  authorized: aPaymentFact({ status: 'authorized' }),
  returned: aPaymentFact({ status: 'returned' }),
  captured: aPaymentFact(),
  'captured and given back': aPaymentFact({ amountRefundedPaise: TOTAL }),
};

const NO = 'nothing-new';
const TABLE: Record<string, Record<keyof typeof FACTS, string>> = {
  untried: {
    created: 'pending',
    failed: 'failed PAYMENT_FAILED',
    authorized: 'authorized',
    returned: 'failed',
    captured: 'captured PAYMENT_SUCCESS',
    'captured and given back': 'captured PAYMENT_SURPLUS',
  },
  begun: {
    created: NO,
    failed: 'failed PAYMENT_FAILED',
    authorized: 'authorized',
    returned: 'failed',
    captured: 'captured PAYMENT_SUCCESS',
    'captured and given back': 'captured PAYMENT_SURPLUS',
  },
  failed: {
    created: NO,
    failed: NO,
    authorized: 'authorized',
    returned: 'failed',
    captured: 'captured PAYMENT_SUCCESS',
    'captured and given back': 'captured PAYMENT_SURPLUS',
  },
  authorized: {
    created: NO,
    failed: NO,
    authorized: NO,
    returned: 'failed',
    captured: 'captured PAYMENT_SUCCESS',
    'captured and given back': 'captured PAYMENT_SURPLUS',
  },
  returned: {
    created: NO,
    failed: NO,
    authorized: NO,
    returned: NO,
    captured: 'captured PAYMENT_SUCCESS',
    'captured and given back': 'captured PAYMENT_SURPLUS',
  },
  captured: {
    created: NO,
    failed: NO,
    authorized: NO,
    returned: NO,
    captured: NO,
    'captured and given back': NO,
  },
  'another failed': {
    created: 'pending',
    failed: 'failed PAYMENT_FAILED',
    authorized: 'authorized',
    returned: 'failed',
    captured: 'captured PAYMENT_SUCCESS',
    'captured and given back': 'captured PAYMENT_SURPLUS',
  },
  'paid by another': {
    created: NO,
    failed: NO,
    authorized: NO,
    returned: NO,
    captured: 'captured PAYMENT_SURPLUS REFUND_REQUESTED',
    'captured and given back': 'captured PAYMENT_SURPLUS',
  },
  'being refunded': {
    created: NO,
    failed: NO,
    authorized: NO,
    returned: NO,
    captured: NO,
    'captured and given back': NO,
  },
  refunded: {
    created: NO,
    failed: NO,
    authorized: NO,
    returned: NO,
    captured: NO,
    'captured and given back': NO,
  },
};

const stateOf = (name: string): PaymentState => STATES[name] ?? anOpenPayment();

describe('what the gateway says of a payment', () => {
  it('has a cell for every state', () => {
    expect(Object.keys(TABLE)).toEqual(Object.keys(STATES));
  });

  for (const [name, row] of Object.entries(TABLE)) {
    for (const [factName, fact] of Object.entries(FACTS)) {
      const expected = row[factName as keyof typeof FACTS];
      it(`${factName}, told of a payment that is ${name}, comes to: ${expected}`, () => {
        const decision = applyGatewayFact(stateOf(name), fact, POLICY, NOW);
        expect(told(decision)).toBe(expected);
        if (decision.kind !== 'changed') return;
        expect(paymentStateSchema.parse(decision.state)).toEqual(decision.state);
        expect(JSON.parse(JSON.stringify(decision.state))).toStrictEqual(decision.state); // undefined would be stored as null
        for (const { type, version, data } of decision.events) {
          const versions: Record<number, { parse(data: unknown): unknown }> = EVENTS[type].versions;
          expect(versions[version]?.parse(data)).toEqual(data);
        }
      });
    }
  }

  for (const [name, state] of Object.entries(STATES)) {
    it.each([
      ['one paisa less', { amountPaise: inPaise(TOTAL - 1) }],
      ['one paisa more', { amountPaise: inPaise(TOTAL + 1) }],
      ['dollars', { currency: 'USD' }],
      ['another gateway order', { gatewayOrderId: OTHER_ORDER }],
      ['no gateway order', { gatewayOrderId: undefined }],
    ])(`refuses %s, told of a payment that is ${name}, without an event`, (_what, changes) => {
      expect(told(applyGatewayFact(state, aPaymentFact(changes), POLICY, NOW))).toBe('payment_conflict');
    });
  }

  it('tells of the payment with the amount and currency of our own record', () => {
    const decision = applyGatewayFact(anOpenPayment(), aPaymentFact({ method: 'upi' }), POLICY, NOW);
    expect(decision).toMatchObject({
      events: [
        {
          type: 'PAYMENT_SUCCESS',
          version: 2,
          data: { paymentId: PAY, amountPaise: TOTAL, currency: 'INR', method: 'upi' },
        },
      ],
    });
  });

  it('gives back a second captured payment in full, under its own key, and tells of a surplus, not of a second success', () => {
    const decision = applyGatewayFact(stateOf('paid by another'), aPaymentFact(), POLICY, NOW);
    expect(decision).toMatchObject({
      state: { succeededWith: OTHER_PAY, refunds: [{ key: `rf_${PAY}_0`, gatewayPaymentId: PAY, amountPaise: TOTAL }] },
      events: [
        { type: 'PAYMENT_SURPLUS', data: { paymentId: PAY, amountPaise: TOTAL, currency: 'INR' } },
        { type: 'REFUND_REQUESTED', data: { paymentId: PAY, amountPaise: TOTAL, refundedPaise: 0 } },
      ],
    });
  });

  it('looks once more after three days at a payment that is settled', () => {
    const decision = applyGatewayFact(anOpenPayment(), aPaymentFact(), POLICY, NOW);
    expect(decision).toMatchObject({ state: { lookAt: '2026-11-04T10:00:00.000Z' } });
  });
});

describe('the next look at a payment', () => {
  const at = (text: string) => new Date(`2026-11-${text}:00.000Z`);
  const after = (state: PaymentState, now: Date) => {
    const decision = looked(state, POLICY, now);
    return decision.kind === 'changed' ? decision.state.lookAt : 'unchanged';
  };

  it.each([
    ['01T10:01', '2026-11-01T10:02:00.000Z'],
    ['01T10:14', '2026-11-01T10:15:00.000Z'],
    ['01T10:15', '2026-11-01T11:00:00.000Z'],
    ['01T11:00', '2026-11-01T16:00:00.000Z'],
    ['01T16:00', '2026-11-02T10:00:00.000Z'],
    ['02T10:00', '2026-11-04T10:00:00.000Z'],
    ['04T10:00', undefined],
  ])('of an unpaid order, looked at on %s, is %s', (now, expected) => {
    expect(after(anOpenPayment(), at(now))).toBe(expected);
  });

  it('is none once a settled payment was looked at for the last time', () => {
    expect(after(aPaidPayment(), at('04T10:00'))).toBeUndefined();
  });

  it('is now when a customer could not be answered', () => {
    const decision = lookNow(anOpenPayment(), NOW);
    expect(decision.kind === 'changed' && isLookDue(decision.state, NOW)).toBe(true);
    expect(isLookDue(anOpenPayment(), NOW)).toBe(false);
  });

  it('is the payment’s next action unless a refund wants to be pursued earlier', () => {
    expect(paymentNextActionAt(anOpenPayment())).toEqual(new Date('2026-11-01T10:01:00.000Z'));
    expect(paymentNextActionAt(aPaidPayment([aRefund()]))).toEqual(NOW);
    const { lookAt: _, ...settled } = aPaidPayment();
    expect(paymentNextActionAt(settled)).toBeUndefined();
  });
});
