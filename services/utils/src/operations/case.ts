import type { CaseKind, KnownFacts } from '@tiffin/contracts/cases-api';

export type NewCase = {
  readonly kind: CaseKind;
  /** What it is about, by its own id: the same matter is one case, however often it is noticed. */
  readonly key: string;
  readonly orderId?: string;
  readonly detail: string;
  readonly known?: KnownFacts;
};

/** Opens a case once. A case that was opened, or closed, before stays as it is. */
export type OpenCase = (opened: NewCase) => Promise<void>;

export type Case = {
  readonly id: string;
  readonly kind: CaseKind;
  readonly orderId?: string;
  readonly openedAt: Date;
  readonly detail: string;
  readonly known: KnownFacts;
  readonly state: 'open' | 'closed';
  readonly closed?: { readonly at: Date; readonly by: string; readonly note: string };
};

export const caseId = ({ kind, key }: Pick<NewCase, 'kind' | 'key'>): string => `${kind}.${key}`;

const STEPS: Record<CaseKind, string> = {
  orphan_payment:
    'Look the payment up in the gateway’s dashboard. If no order of ours belongs to it, refund it there in full; that lowers nothing here. Close the case with the refund’s id.',
  mismatched_payment:
    'Compare the payment in the gateway’s dashboard with GET /api/v1/payments/<order>. Nothing of it was counted here: what was captured is refunded at the dashboard, in full. Close the case with the refund’s id.',
  quarantined_webhook:
    'Read it with GET /admin/webhooks/<id>. Run POST /admin/reconciliation for its order: what is true is then read from the gateway, whatever this body said. Nobody but the gateway and us holds the secret: if the gateway knows nothing of it, change the webhook secret.',
  refund_manual_review:
    'Look the payment up in the gateway’s dashboard. If the refund is there, it is recorded by itself. If it is not and GET /api/v1/payments/<order> says manual_review, ask again with POST /api/v1/payments/<order>/refunds: what was promised is free again, and more than was captured cannot go back. While it says anything else it is still being tried.',
  delivery:
    'Read the delivery with GET /api/v1/deliveries/<order> of the rider service: who has the food, and where he was last. Call the rider, then the customer. If the food is lost, give the money back with POST /api/v1/payments/<order>/refunds; close the case with what was agreed.',
  order:
    'Read the order with GET /api/v1/orders/<order>/events and its delivery. Its money is on its way back already; speak with the rider and the customer, and close the case with what was agreed.',
};

/** What a person can do about it without making anything worse, with the order's id in it. */
export const nextStepOf = ({ kind, orderId }: Pick<Case, 'kind' | 'orderId'>): string =>
  STEPS[kind].replaceAll('<order>', orderId ?? '<order>');
