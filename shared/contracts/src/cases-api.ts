import * as z from 'zod';
import { orderId } from './ids.ts';
import { line } from './text.ts';
import { instant } from './time.ts';

/** What can wait for a person. */
export const caseKind = z.enum([
  'orphan_payment',
  'mismatched_payment',
  'quarantined_webhook',
  'refund_manual_review',
  'order',
  'delivery',
]);
export type CaseKind = z.infer<typeof caseKind>;

/** What is known of a matter, by name: ids, amounts in paise, words of the gateway. Never a person's name, number or address. */
export const knownFacts = z.record(z.string(), z.union([z.string(), z.number()]));
export type KnownFacts = z.infer<typeof knownFacts>;

/** A matter that waits, or waited, for a person. `nextStep` is safe to take twice. */
export const shownCase = z.object({
  id: z.string(),
  kind: caseKind,
  orderId: orderId.optional(),
  openedAt: instant,
  detail: z.string(),
  known: knownFacts,
  nextStep: z.string(),
  state: z.enum(['open', 'closed']),
  closed: z.object({ at: instant, by: z.string(), note: z.string() }).optional(),
});
export const casesReply = z.object({ items: z.array(shownCase), nextCursor: z.string().nullable() });
export const caseReply = z.object({ case: shownCase });
export const closeCase = z.strictObject({ note: line({ max: 500 }) });
