import { gatewayRefundId, orderId } from '@tiffin/contracts/ids';
import type { Paise } from '@tiffin/contracts/money';
import type { Stored } from '@tiffin/platform/persistence/stored';
import type { GatewayFailure, RazorpayGateway, RefundFact } from './gateway.ts';
import { aPaidPayment, NOW, PAY, POLICY, TOTAL } from './payment.fixture.ts';
import type { PaymentStore } from './payment.store.ts';
import { type PaymentEvent, type PaymentState, paymentStateSchema } from './payment.ts';
import { pursueRefunds } from './pursue-refunds.ts';
import { createFactTaker } from './take-fact.ts';

const ORDER_ID = orderId.parse('0'.repeat(23).concat('1'));

/** What a process of the service has left to live, in halves of calls: a call may be cut off before it is made, or before its answer. */
export type Life = { halves: number };
export const unharmed = (): Life => ({ halves: Number.POSITIVE_INFINITY });
export const Killed = Symbol('killed');

/** How the gateway takes one request: it does it, it does it and the answer is lost, or it does nothing and says so or does not. */
export type Weather = 'fair' | 'answer-lost' | 'never-came' | 'away' | 'under-way';

/**
 * The service and its gateway, small: the real use cases and rules on a document in memory, a gateway that keeps the limits of the real
 * one, and webhooks that may come late, again and in any order. Only the document, the gateway and what it has told survive a process.
 */
export const createRefundModel = () => {
  let state = aPaidPayment();
  let now = NOW;
  const events: PaymentEvent[] = [];
  const made: { fact: RefundFact; key: string | undefined }[] = [];
  const told: RefundFact[] = [];
  const cases: string[] = [];
  let weather: Weather[] = [];

  const alive = async <Answer>(life: Life, call: () => Answer): Promise<Answer> => {
    if (life.halves-- <= 0) throw Killed;
    const answer = call();
    if (life.halves-- <= 0) throw Killed;
    return answer;
  };
  const stored = (): Stored<PaymentState> => ({
    id: ORDER_ID,
    seq: events.length,
    revision: 1,
    state,
    correlationId: 'story',
    seen: {},
    sentSeq: 0,
    tail: [],
    createdAt: NOW,
    updatedAt: now,
  });

  type Decide = (before: PaymentState, stored: Stored<PaymentState>) => { kind: string };
  const decideAndWrite = (decide: Decide) => {
    const decision = decide(state, stored());
    if (decision.kind !== 'changed' || !('state' in decision && 'events' in decision))
      return { ...decision, stored: stored() };
    // What could not be stored and read again as it was would be a broken document.
    state = paymentStateSchema.parse(JSON.parse(JSON.stringify(decision.state)));
    if (Array.isArray(decision.events)) events.push(...decision.events);
    return { kind: 'committed', stored: stored(), events: [] };
  };
  const payments = (life: Life): PaymentStore => ({
    find: () => alive(life, stored),
    // As in the store itself, the type of the refusal is the rule's.
    change: (_id, decide) => alive(life, () => decideAndWrite(decide) as never),
    create: () => Promise.reject(new Error('the payment is there')),
    findByGatewayOrder: () => alive(life, stored),
    findByGatewayPayment: () => alive(life, stored),
    openedFor: () => ORDER_ID,
  });

  const standing = () =>
    made.filter(({ fact }) => fact.status !== 'failed').reduce((sum, { fact }) => sum + fact.amountPaise, 0);
  const make = (amountPaise: Paise, key?: string): RefundFact => {
    const fact: RefundFact = {
      gatewayRefundId: gatewayRefundId.parse(`rfnd_Model${String(made.length).padStart(4, '0')}`),
      gatewayPaymentId: PAY,
      amountPaise,
      currency: 'INR',
      status: 'pending',
      ...(key === undefined ? {} : { key }),
    };
    made.push({ fact, key });
    told.push(fact);
    return fact;
  };
  const failure = (kind: GatewayFailure['kind'], reason: string): GatewayFailure => ({ ok: false, kind, reason });
  const refund = (amountPaise: Paise, key: string) => {
    const known = made.find((one) => one.key === key)?.fact;
    if (known) return known.amountPaise === amountPaise ? known : failure('rejected', 'another body under this key');
    return amountPaise > TOTAL - standing() ? failure('rejected', 'more than is left') : make(amountPaise, key);
  };
  const gateway = (life: Life): RazorpayGateway => {
    const notAsked = () => Promise.reject(new Error('the model asks for refunds only'));
    return {
      createOrder: notAsked,
      payment: notAsked,
      paymentsOf: notAsked,
      refundsOf: () =>
        alive(life, () =>
          weather[0] === 'away'
            ? failure('unavailable', 'away')
            : { ok: true as const, value: made.map(({ fact }) => fact) },
        ),
      refund: ({ amountPaise, key }) =>
        alive(life, () => {
          switch (weather.shift() ?? 'fair') {
            case 'away':
              return failure('unavailable', 'away');
            case 'under-way':
              return failure('conflict', 'under way');
            case 'never-came':
              return failure('ambiguous', 'no answer');
            case 'answer-lost':
              refund(amountPaise, key);
              return failure('ambiguous', 'no answer');
            case 'fair': {
              const answer = refund(amountPaise, key);
              return 'ok' in answer ? answer : { ok: true as const, value: answer };
            }
          }
        }),
    };
  };

  const openCase =
    (life: Life) =>
    ({ key }: { key: string }) =>
      alive(life, () => void cases.push(key));
  const takerOf = (life: Life) =>
    createFactTaker({ payments: payments(life), openCase: openCase(life), policy: POLICY, now: () => now });
  const untilKilled = async (run: () => Promise<unknown>) => {
    try {
      await run();
    } catch (error) {
      if (error !== Killed) throw error;
    }
  };

  return {
    state: () => state,
    events,
    made,
    cases,
    standing,
    /** One write of a person's or an order's wish; a process dies before or after a write, never in it. */
    decide: (rule: (state: PaymentState, now: Date) => { kind: string }) =>
      void decideAndWrite((before) => rule(before, now)),
    attend: (life: Life, sky: readonly Weather[]) => {
      weather = [...sky];
      return untilKilled(() =>
        pursueRefunds({
          payments: payments(life),
          gateway: gateway(life),
          takeFact: takerOf(life),
          reviewOverdue: (_orderId, { key }) => openCase(life)({ key: `${key}.overdue` }),
          policy: POLICY,
          now: () => now,
        })(ORDER_ID),
      );
    },
    hear: async (index: number, life: Life) => {
      const fact = told[index % Math.max(1, told.length)];
      if (fact) await untilKilled(() => takerOf(life).refund('webhook', fact));
    },
    everythingTold: () => told.length,
    dashboard: (amountPaise: Paise) => {
      if (amountPaise <= TOTAL - standing()) make(amountPaise);
    },
    settle: (index: number, status: 'processed' | 'failed') => {
      const pending = made.filter(({ fact }) => fact.status === 'pending');
      const one = pending[index % Math.max(1, pending.length)];
      if (!one) return;
      one.fact = { ...one.fact, status };
      told.push(one.fact);
    },
    wait: (ms: number) => {
      now = new Date(now.getTime() + ms);
    },
  };
};
export type RefundModel = ReturnType<typeof createRefundModel>;
