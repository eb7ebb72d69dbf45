import * as z from 'zod';

/** What can wait for a person. */
export const caseKind = z.enum([
  'orphan_payment',
  'mismatched_payment',
  'quarantined_webhook',
  'refund_manual_review',
  'order',
]);
export type CaseKind = z.infer<typeof caseKind>;

export type NewCase = {
  readonly kind: CaseKind;
  /** What it is about, by its own id: the same matter is one case, however often it is noticed. */
  readonly key: string;
  readonly orderId?: string;
  readonly detail: string;
};

/** Opens a case once. A case that was opened, or closed, before stays as it is. */
export type OpenCase = (opened: NewCase) => Promise<void>;

export type Case = {
  readonly id: string;
  readonly kind: CaseKind;
  readonly orderId?: string;
  readonly openedAt: Date;
  readonly detail: string;
  readonly state: 'open' | 'closed';
};

export const caseId = ({ kind, key }: Pick<NewCase, 'kind' | 'key'>): string => `${kind}.${key}`;
