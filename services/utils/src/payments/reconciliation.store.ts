import type { LookCounts } from '@tiffin/contracts/payment-operations-api';
import type { Look } from './reconciliation-look.ts';

/** How looking for lost money stands. */
export type Standing = {
  /** Payments that may still be paid without our hearing of it. */
  readonly open: number;
  /** Payments, settled ones too, that want to be looked at now. */
  readonly due: number;
  readonly oldestDueAt: Date | undefined;
};

/** What of all payments the reconciler is about, and what it has found so far. */
export type ReconciliationStore = {
  standing(): Promise<Standing>;
  /** Orders whose payments are open, the next to be looked at first, at most `limit`. */
  open(limit: number): Promise<readonly string[]>;
  /** Adds a look to the counts. */
  record(look: Look): Promise<void>;
  /** Every look of every process. */
  soFar(): Promise<{ readonly counts: LookCounts; readonly lastLookAt: Date | undefined }>;
};
