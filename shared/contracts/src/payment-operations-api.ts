import * as z from 'zod';
import { gatewayOrderId, orderId } from './ids.ts';
import { page, pageQuery } from './page.ts';
import { line } from './text.ts';
import { instant } from './time.ts';

/** `received` and `retry` are still to be worked on, the rest has ended. */
export const webhookStatus = z.enum(['received', 'retry', 'processed', 'ignored', 'quarantined', 'dead']);
export type WebhookStatus = z.infer<typeof webhookStatus>;

/** The gateway's event id; what is ours is `sha256:<hash>`, or `<event id>#<hash>` for another body under a known id. */
const webhookId = z.string().min(1).max(200);
export const byWebhook = z.strictObject({ id: webhookId });

export const webhooksQuery = pageQuery.extend({
  status: webhookStatus.optional(),
  event: z.string().min(1).max(100).optional(),
  orderId: orderId.optional(),
});

/** What the gateway told us, as it stands in the inbox. */
export const inboxWebhook = z.object({
  id: webhookId,
  event: z.string(),
  status: webhookStatus,
  /** Why it waits, or ended as it did; null when there is nothing to say. */
  reason: z.string().nullable(),
  /** Begun so far. */
  attempts: z.int(),
  receivedAt: instant,
  /** Null when the body does not say. */
  providerCreatedAt: instant.nullable(),
  /** Of the exact bytes as they came. */
  bodySha256: z.string(),
  /** The gateway's order it tells of, if it names one. */
  gatewayOrderId: gatewayOrderId.nullable(),
});
export type InboxWebhook = z.infer<typeof inboxWebhook>;
export const webhooksReply = page(inboxWebhook);

/** `body`: its JSON without what is about a person. `dueAt`: when anybody may take it up; null once it has ended. */
export const inboxWebhookInFull = inboxWebhook.extend({ dueAt: instant.nullable(), body: z.unknown() });
export type InboxWebhookInFull = z.infer<typeof inboxWebhookInFull>;
export const webhookInFullReply = z.object({ webhook: inboxWebhookInFull });

export const replayWebhook = z.strictObject({ reason: line({ max: 500 }) });
export const replayedWebhookReply = z.object({ webhook: inboxWebhook });

/** One payment, or without `orderId` every open one. */
export const reconcileNow = z.strictObject({ orderId: orderId.optional() });

const lookCounts = z.object({
  /** Payments the gateway was asked about. */
  looked: z.int(),
  /** Of those: paid at the gateway, and here only now. */
  recovered: z.int(),
  /** The gateway contradicts our record; a case says how. */
  mismatched: z.int(),
  /** The gateway tells of money nobody here asked for. */
  orphaned: z.int(),
  /** The gateway could not be asked. */
  unavailable: z.int(),
});
export type LookCounts = z.infer<typeof lookCounts>;
/** What came of looking now. */
export const reconciledReply = lookCounts;
/** Too many to look at in one request: `due` of them are due now; `left`, more than one request takes, are not. */
export const reconciliationDueReply = z.object({ due: z.int(), left: z.int() });

export const reconciliationReply = z.object({
  /** Payments that may still be paid without our hearing of it. */
  open: z.int(),
  /** Those of them that want to be looked at now. */
  due: z.int(),
  oldestDueAt: instant.nullable(),
  /** How long the oldest has been due. */
  lagSeconds: z.number(),
  /** All looks so far. */
  soFar: lookCounts,
  lastLookAt: instant.nullable(),
});
export type ReconciliationStanding = z.infer<typeof reconciliationReply>;
