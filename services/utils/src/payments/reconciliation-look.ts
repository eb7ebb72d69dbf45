import type { LookCounts } from '@tiffin/contracts/payment-operations-api';
import { SECOND } from '@tiffin/platform/clock';
import type { PaymentState } from './payment.ts';
import type { FactTaken } from './take-fact.ts';

/** What one look at the gateway came to. `recovered`: paid there, and here only now. */
export type Look = Readonly<Record<'recovered' | 'mismatched' | 'orphaned' | 'unavailable', boolean>>;

/** What a look came to, from the payment as it was before and what was taken of the gateway's answer; undefined: it gave none. */
export const lookOf = (before: PaymentState, taken: readonly FactTaken[] | undefined): Look => ({
  recovered:
    before.succeededWith === undefined &&
    (taken ?? []).some((fact) => fact.kind === 'applied' && fact.stored.state.succeededWith !== undefined),
  mismatched: (taken ?? []).some(({ kind }) => kind === 'mismatched'),
  orphaned: (taken ?? []).some(({ kind }) => kind === 'orphan'),
  unavailable: taken === undefined,
});

export const countLooks = (looks: readonly Look[]): LookCounts => ({
  looked: looks.length,
  recovered: looks.filter(({ recovered }) => recovered).length,
  mismatched: looks.filter(({ mismatched }) => mismatched).length,
  orphaned: looks.filter(({ orphaned }) => orphaned).length,
  unavailable: looks.filter(({ unavailable }) => unavailable).length,
});

/** How long the payment that is due longest has waited for its look. */
export const lagSeconds = (oldestDueAt: Date | undefined, now: Date): number =>
  oldestDueAt ? Math.max(0, (now.getTime() - oldestDueAt.getTime()) / SECOND) : 0;
