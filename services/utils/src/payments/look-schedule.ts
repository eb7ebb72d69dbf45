import { HOUR, SECOND } from '@tiffin/platform/clock';
import type { PaymentState } from './payment.ts';

export type LookPolicy = {
  /** The first look at an open payment, and the longest pause while its order can be paid. */
  readonly reconcileAfterS: number;
};

/** After the order's window: late money is rare, and a bank is asked by the gateway for three days at most. */
const LATE_LOOKS_MS = [1 * HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR];
/** A settled payment is looked at once more, when no bank can answer late any more: a second capture whose notice was lost. */
const LAST_LOOK_MS = 72 * HOUR;

/** A payment in one of these may still be paid without our hearing of it. */
export const OPEN_STATUSES: readonly PaymentState['status'][] = ['created', 'pending', 'failed', 'authorized'];

/** How long a look belongs to who took it. Whoever dies meanwhile leaves a payment that is due again. */
const LOOK_LEASE_MS = 30 * SECOND;

/** When to ask the gateway about a payment again; undefined when nothing more can come. */
export const nextLook = (
  state: Pick<PaymentState, 'openedAt' | 'payableUntil' | 'succeededWith'>,
  now: Date,
  { reconcileAfterS }: LookPolicy,
): string | undefined => {
  const opened = Date.parse(state.openedAt);
  const lateLooks = state.succeededWith === undefined ? LATE_LOOKS_MS : [LAST_LOOK_MS];
  const payable = state.succeededWith === undefined && now.getTime() < Date.parse(state.payableUntil);
  const next = payable
    ? now.getTime() + reconcileAfterS * SECOND
    : lateLooks.map((after) => opened + after).find((at) => at > now.getTime());
  return next === undefined ? undefined : new Date(next).toISOString();
};

/** The state with its next look set, or without one. */
export const withNextLook = (state: PaymentState, now: Date, policy: LookPolicy): PaymentState => {
  const { lookAt: _, ...rest } = state;
  const lookAt = nextLook(state, now, policy);
  return lookAt === undefined ? rest : { ...rest, lookAt };
};

/** The state while one process asks the gateway: to every other the payment is not due. */
export const withLookTaken = (state: PaymentState, now: Date): PaymentState => ({
  ...state,
  lookAt: new Date(now.getTime() + LOOK_LEASE_MS).toISOString(),
});
