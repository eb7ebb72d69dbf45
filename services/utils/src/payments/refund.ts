import type { GatewayPaymentId } from '@tiffin/contracts/ids';
import { inPaise, NO_MONEY, type Paise } from '@tiffin/contracts/money';
import { HOUR, MINUTE, SECOND } from '@tiffin/platform/clock';
import { broken, changed, conflict, type Decision, outrun, unchanged } from '@tiffin/platform/persistence/decision';
import type { RefundFact } from './gateway.ts';
import type { LookPolicy } from './look-schedule.ts';
import { type Basket, priceItems, type RefundedItem } from './missing-items.ts';
import {
  attemptOf,
  isOpen,
  leftOf,
  type PaymentEvent,
  type PaymentState,
  paymentEvent,
  type RefundRecord,
  recounted,
} from './payment.ts';

export type RefundDecision = Decision<PaymentState, PaymentEvent>;

/** The gateway gives back no less. */
export const SMALLEST_REFUND_PAISE = 100;
/** How often the same money is tried to be given back before a person looks at it. */
export const REFUND_ATTEMPTS = 3;

/** How long a claimed refund is left to whoever claimed it: longer than a listing and a refund may take together. */
const CLAIM_MS = 30 * SECOND;
const RETRY_MS = [5 * SECOND, 15 * SECOND, 1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 1 * HOUR];
/**
 * A refund the gateway has taken is settled in minutes to days, and normally told by webhook: it is asked about after so many times the
 * pause of the reconciler.
 */
const POLL_PAUSES = [1, 5, 60, 360, 1440];
/** The gateway answers within seconds, and banks settle within a week and a weekend. */
const ANSWERED_WITHIN_MS = 24 * HOUR;
const SETTLED_WITHIN_MS = 10 * 24 * HOUR;

export type RefundWish = {
  readonly gatewayPaymentId: GatewayPaymentId;
  /** Absent: all that is left. */
  readonly amountPaise?: Paise | undefined;
  readonly reason: string;
  readonly origin?: string;
  /** Of missing items: which, and what of the amount their restaurant bears. */
  readonly items?: readonly RefundedItem[] | undefined;
  readonly restaurantPaise?: Paise | undefined;
};

/**
 * Money is to go back: reserved on its own gateway payment in the same write, under a key made of that payment and a number, so that two
 * who ask at once cannot give back more than came. Asked twice by the same `origin`, it is one refund.
 */
export const requestRefund = (state: PaymentState, wish: RefundWish, now: Date): RefundDecision => {
  const attempt = attemptOf(state, wish.gatewayPaymentId);
  if (attempt?.status !== 'captured') return conflict('payment_conflict', 'No money was captured that could go back.');
  if (wish.origin !== undefined && state.refunds.some(({ origin }) => origin === wish.origin)) return unchanged;
  const left = leftOf(attempt);
  const amountPaise = wish.amountPaise ?? left;
  if (amountPaise > left || amountPaise < SMALLEST_REFUND_PAISE)
    return conflict('refund_not_possible', `Of this payment ${left} paise can still go back, at least 100 at a time.`);
  const whole = wish.amountPaise === undefined;
  return withRefund(state, { ...wish, amountPaise, ...(whole ? { whole } : {}) }, 1, now);
};

/**
 * Items were missing: their price and their share of the platform fee go back, the delivery fee does not. Units that are refunded already
 * are counted in the same write that reserves the money, so that two who ask at once cannot be given the same unit.
 */
export const requestItemsRefund = (
  state: PaymentState,
  wish: Omit<RefundWish, 'amountPaise' | 'restaurantPaise'> & { readonly items: readonly RefundedItem[] },
  basket: Basket,
  now: Date,
): RefundDecision => {
  const { gatewayPaymentId, items, origin } = wish;
  if (origin !== undefined && state.refunds.some((known) => known.origin === origin)) return unchanged;
  const standing = state.refunds.filter(
    (refund) => refund.gatewayPaymentId === gatewayPaymentId && (isOpen(refund) || refund.status === 'processed'),
  );
  const priced = priceItems(basket, items, standing);
  if (priced.kind === 'refused') return conflict('items_not_refundable', priced.detail);
  const { restaurantPaise, feePaise } = priced;
  return requestRefund(state, { ...wish, amountPaise: inPaise(restaurantPaise + feePaise), restaurantPaise }, now);
};

/** All that is left of these payments goes back; what is on its way already stays so. */
export const requestFullRefunds = (
  state: PaymentState,
  which: (id: GatewayPaymentId) => boolean,
  reason: string,
  now: Date,
): RefundDecision => {
  let next = state;
  const events: PaymentEvent[] = [];
  for (const { gatewayPaymentId } of state.attempts.filter((known) => which(known.gatewayPaymentId))) {
    const decision = requestRefund(next, { gatewayPaymentId, reason }, now);
    if (decision.kind !== 'changed') continue;
    next = decision.state;
    events.push(...decision.events);
  }
  return events.length > 0 ? changed(next, ...events) : outrun;
};

/** The order refused this very payment. A payment that never brought money here cannot go back from here. */
export const refundRefused = (state: PaymentState, refused: string, reason: string, now: Date): RefundDecision => {
  const attempt = state.attempts.find(({ gatewayPaymentId }) => gatewayPaymentId === refused);
  if (attempt?.status !== 'captured') return broken('no such payment here');
  return requestFullRefunds(state, (id) => id === refused, reason, now);
};

/** What of a refund its next try under another number has in common with it. */
type Promised = Pick<RefundRecord, 'gatewayPaymentId' | 'amountPaise' | 'reason' | 'whole'> &
  Pick<RefundWish, 'origin' | 'items' | 'restaurantPaise'>;

const withRefund = (state: PaymentState, promised: Promised, attempt: number, now: Date, tryAt = now) => {
  const { gatewayPaymentId, amountPaise, reason, origin, items, restaurantPaise, whole } = promised;
  const count = state.refunds.filter((refund) => refund.gatewayPaymentId === gatewayPaymentId).length;
  const refund: RefundRecord = {
    key: `rf_${gatewayPaymentId}_${count}`,
    gatewayPaymentId,
    amountPaise,
    reason,
    status: 'requested',
    attempt,
    tries: 0,
    requestedAt: now.toISOString(),
    nextTryAt: tryAt.toISOString(),
    ...(items === undefined ? {} : { items: [...items] }),
    ...(restaurantPaise === undefined ? {} : { restaurantPaise }),
    ...(origin === undefined ? {} : { origin }),
    ...(whole === undefined ? {} : { whole }),
  };
  const next = recounted({ ...state, refunds: [...answered(state.refunds, gatewayPaymentId), refund] });
  return changed(next, refundEvent(next, 'REFUND_REQUESTED', refund));
};

/** What waited for a person to send this payment's money back waits no more: it is being sent under another key. */
const answered = (refunds: readonly RefundRecord[], gatewayPaymentId: GatewayPaymentId): RefundRecord[] =>
  refunds.map((refund) =>
    refund.status === 'manual_review' && refund.gatewayPaymentId === gatewayPaymentId
      ? { ...refund, status: 'failed' }
      : refund,
  );

const refundEvent = (
  state: PaymentState,
  type: 'REFUND_REQUESTED' | 'REFUND_PROCESSED' | 'REFUND_FAILED',
  { key, gatewayPaymentId, amountPaise, reason, restaurantPaise }: RefundRecord,
) =>
  paymentEvent(type, {
    orderId: state.orderId,
    refundId: key,
    paymentId: gatewayPaymentId,
    amountPaise,
    refundedPaise: attemptOf(state, gatewayPaymentId)?.refundedPaise ?? NO_MONEY,
    reason,
    ...(restaurantPaise === undefined ? {} : { restaurantPaise }),
  });

/** The refund whose turn it is to be asked about. */
export const dueRefund = (state: PaymentState, now: Date): RefundRecord | undefined =>
  state.refunds.find(({ nextTryAt }) => nextTryAt !== undefined && Date.parse(nextTryAt) <= now.getTime());

/** Takes a due refund for this process: whoever else sees it finds it not due. After a crash it is due again, under the same key. */
export const claimRefund = (state: PaymentState, key: string, now: Date): RefundDecision =>
  changeRefund(state, key, (refund) => ({
    ...refund,
    status: refund.status === 'requested' ? 'submitted' : refund.status,
    tries: refund.tries + 1,
    nextTryAt: later(now, CLAIM_MS),
  }));

/** The gateway could not be asked, or its answer was lost (`unknown`): the same key again, a little later. */
export const postponeRefund = (
  state: PaymentState,
  key: string,
  { perhapsDone, failure }: { readonly perhapsDone: boolean; readonly failure?: string | undefined },
  policy: LookPolicy,
  now: Date,
): RefundDecision =>
  changeRefund(state, key, (refund) => ({
    ...refund,
    status: perhapsDone && refund.status === 'submitted' ? 'unknown' : refund.status,
    nextTryAt: later(now, pauseOf(refund, policy)),
    ...failedFor(failure, now),
  }));

/**
 * The gateway refuses this refund and would refuse it again: its reservation ends and a person decides. Unless all that was left was meant
 * and somebody at the dashboard was quicker with a part of it: then the rest is what is left now.
 */
export const refuseRefund = (state: PaymentState, key: string, failure: string, now: Date): RefundDecision => {
  const refund = state.refunds.find((known) => known.key === key);
  if (!refund || !isOpen(refund)) return outrun;
  const { nextTryAt: _, ...rest } = refund;
  const refused: RefundRecord = { ...rest, status: 'failed', ...failedFor(failure, now) };
  const freed = replaceRefund(state, refused);
  const isOutrun = refund.whole === true && leftFor(freed, refund) < refund.amountPaise;
  if (isOutrun && leftFor(freed, refund) === 0) return changed(freed, refundEvent(freed, 'REFUND_FAILED', refused));
  const amountPaise = isOutrun ? sentAgain(freed, refund) : undefined;
  if (amountPaise !== undefined) return again(freed, refused, amountPaise, now, now);
  const next = replaceRefund(state, { ...refused, status: 'manual_review' });
  return changed(next, refundEvent(next, 'REFUND_FAILED', refused));
};

const leftFor = (state: PaymentState, { gatewayPaymentId }: RefundRecord): Paise => {
  const attempt = attemptOf(state, gatewayPaymentId);
  return attempt ? leftOf(attempt) : NO_MONEY;
};

/** What of a refund that fell through is sent again, under the next number; undefined when a person has to look at it. */
const sentAgain = (freed: PaymentState, refund: RefundRecord): Paise | undefined => {
  if (refund.attempt === 0 || refund.attempt >= REFUND_ATTEMPTS) return undefined;
  const left = leftFor(freed, refund);
  if (left >= refund.amountPaise) return refund.amountPaise;
  return refund.whole && left >= SMALLEST_REFUND_PAISE ? left : undefined;
};

const again = (freed: PaymentState, failed: RefundRecord, amountPaise: Paise, now: Date, tryAt: Date) => {
  const { origin: _, ...promised } = failed;
  const retried = withRefund(freed, { ...promised, amountPaise }, failed.attempt + 1, now, tryAt);
  return changed(retried.state, refundEvent(freed, 'REFUND_FAILED', failed), ...retried.events);
};

const MOST_WORDS = 300;
const failedFor = (reason: string | undefined, now: Date) =>
  reason === undefined ? {} : { lastFailure: { at: now.toISOString(), reason: reason.slice(0, MOST_WORDS) } };

/**
 * Whether a refund is open for so long that a person should know. It goes on being tried: the gateway may have it, so nobody may make
 * another in its place.
 */
export const isOverdue = ({ status, requestedAt }: RefundRecord, now: Date): boolean =>
  requestedAt !== undefined &&
  now.getTime() - Date.parse(requestedAt) > (status === 'pending' ? SETTLED_WITHIN_MS : ANSWERED_WITHIN_MS);

const pauseOf = (
  { status, tries }: Pick<RefundRecord, 'status' | 'tries'>,
  { reconcileAfterS }: LookPolicy,
): number => {
  const steps = status === 'pending' ? POLL_PAUSES.map((pauses) => pauses * reconcileAfterS * SECOND) : RETRY_MS;
  return steps[Math.min(Math.max(tries, 1), steps.length) - 1] ?? HOUR;
};

const changeRefund = (
  state: PaymentState,
  key: string,
  change: (refund: RefundRecord) => RefundRecord,
): RefundDecision => {
  const refund = state.refunds.find((known) => known.key === key);
  return refund && isOpen(refund) ? changed(replaceRefund(state, change(refund))) : outrun;
};

const replaceRefund = (state: PaymentState, refund: RefundRecord): PaymentState =>
  recounted({ ...state, refunds: state.refunds.map((known) => (known.key === refund.key ? refund : known)) });

const later = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

/**
 * The gateway says how a refund stands, by webhook, listing or reply. Forward only. A refund that is not ours was made at the dashboard and
 * lowers what can go back. One that failed is tried again under a new number, a bounded number of times. What contradicts our record in
 * money is a `mismatched_payment` for a person.
 */
export const applyRefundFact = (
  state: PaymentState,
  fact: RefundFact,
  policy: LookPolicy,
  now: Date,
): RefundDecision => {
  const step = refundStep(policy, now);
  const attempt = attemptOf(state, fact.gatewayPaymentId);
  // Given back without having been captured: nothing of ours went back.
  if (attempt?.status !== 'captured') return outrun;
  if (fact.currency !== state.currency) return mismatch(`the refund is in ${fact.currency}`);
  const known = findRefund(state, fact);
  if (!known) return recordOutside(state, fact, attempt.capturedPaise - attempt.refundedPaise, step, now);
  if (known.amountPaise !== fact.amountPaise)
    return mismatch(`refund ${known.key} is ${fact.amountPaise} paise at the gateway`);
  if (known.gatewayRefundId !== undefined && known.gatewayRefundId !== fact.gatewayRefundId)
    return mismatch(`refund ${known.key} exists twice at the gateway`);
  return step(state, { ...known, gatewayRefundId: fact.gatewayRefundId }, fact.status);
};

const mismatch = (detail: string) => conflict('payment_conflict', detail);

const findRefund = (state: PaymentState, { gatewayRefundId, gatewayPaymentId, key }: RefundFact) =>
  state.refunds.find((refund) => refund.gatewayRefundId === gatewayRefundId) ??
  state.refunds.find((refund) => refund.key === key && refund.gatewayPaymentId === gatewayPaymentId);

const recordOutside = (
  state: PaymentState,
  fact: RefundFact,
  notRefundedPaise: number,
  step: RefundStep,
  now: Date,
): RefundDecision => {
  if (fact.status === 'failed') return outrun;
  if (fact.amountPaise > notRefundedPaise) return mismatch('more was refunded at the gateway than was captured');
  const refund: RefundRecord = {
    key: fact.gatewayRefundId,
    gatewayPaymentId: fact.gatewayPaymentId,
    gatewayRefundId: fact.gatewayRefundId,
    amountPaise: fact.amountPaise,
    reason: 'refunded at the gateway',
    status: 'requested',
    attempt: 0,
    tries: 0,
    requestedAt: now.toISOString(),
  };
  const next = recounted({ ...state, refunds: [...answered(state.refunds, fact.gatewayPaymentId), refund] });
  const requested = refundEvent(next, 'REFUND_REQUESTED', refund);
  const decision = step(next, refund, fact.status);
  return decision.kind === 'changed' ? changed(decision.state, requested, ...decision.events) : decision;
};

type RefundStep = (state: PaymentState, refund: RefundRecord, status: RefundFact['status']) => RefundDecision;

const refundStep =
  (policy: LookPolicy, now: Date): RefundStep =>
  (state, refund, status) => {
    const before = refund.status;
    if (before === 'processed')
      return status === 'failed' ? mismatch(`refund ${refund.key} failed after it was processed`) : outrun;
    if (before === 'failed')
      return status === 'processed' ? mismatch(`refund ${refund.key} was processed after it failed`) : outrun;
    const { nextTryAt: _, ...rest } = refund;
    switch (status) {
      case 'pending': {
        if (before === 'pending') return outrun;
        const next = {
          ...rest,
          status: 'pending',
          tries: 1,
          nextTryAt: later(now, pauseOf({ status: 'pending', tries: 1 }, policy)),
        } as const;
        return changed(replaceRefund(state, next));
      }
      case 'processed': {
        const attempt = attemptOf(state, refund.gatewayPaymentId);
        if (!attempt || attempt.refundedPaise + refund.amountPaise > attempt.capturedPaise)
          return mismatch('more was refunded at the gateway than was captured');
        const processed: RefundRecord = { ...rest, status: 'processed' };
        const next = replaceRefund(state, processed);
        return changed(next, refundEvent(next, 'REFUND_PROCESSED', processed));
      }
      case 'failed':
        return before === 'manual_review' ? outrun : fail(state, rest, policy, now);
    }
  };

// Money that is not sent again, though it was promised, waits for a person.
const fail = (
  state: PaymentState,
  refund: RefundRecord,
  { reconcileAfterS }: LookPolicy,
  now: Date,
): RefundDecision => {
  const failed: RefundRecord = { ...refund, status: 'failed', ...failedFor('the gateway says it failed', now) };
  const freed = replaceRefund(state, failed);
  const amountPaise = sentAgain(freed, failed);
  if (amountPaise !== undefined)
    return again(freed, failed, amountPaise, now, new Date(now.getTime() + refund.attempt * reconcileAfterS * SECOND));
  const isOver = refund.attempt === 0 || (refund.whole === true && leftFor(freed, failed) === 0);
  const next = isOver ? freed : replaceRefund(state, { ...failed, status: 'manual_review' });
  return changed(next, refundEvent(next, 'REFUND_FAILED', failed));
};
