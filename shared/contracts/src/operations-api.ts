import * as z from 'zod';
import { page } from './page.ts';
import { line } from './text.ts';
import { instant } from './time.ts';

/** The own name of a queue, without `.dead`. */
export const byQueue = z.strictObject({ queue: z.string().min(1).max(255) });

/** A message id, or what stands for one: at most 255 bytes of AMQP and a mark that tells two of the same name apart. */
const letterId = z.string().min(1).max(300);
const MOST_LETTERS = 1_000;
const letterIds = z.array(letterId).min(1).max(MOST_LETTERS);

/** Letters that died of the same cause. */
export const deadLetterGroup = z.object({
  queue: z.string(),
  /** Null when the letter names none and its body is not JSON with a type. */
  type: z.string().nullable(),
  reason: z.string(),
  error: z.string(),
  count: z.int(),
  /** Null when no letter of the group says when it died: somebody put it there by hand. */
  oldestAt: instant.nullable(),
  newestAt: instant.nullable(),
});
export type DeadLetterGroup = z.infer<typeof deadLetterGroup>;
export const deadLetterGroups = z.object({
  items: z.array(deadLetterGroup),
  /** The queues with more letters than were read, and how many more. */
  more: z.array(z.object({ queue: z.string(), unread: z.int() })),
});

export const deadLetter = z.object({
  id: letterId,
  type: z.string().nullable(),
  reason: z.string(),
  error: z.string(),
  /** How often it was tried. */
  attempts: z.int(),
  deadAt: instant.nullable(),
  /** `json`: `body` is the JSON of the letter. `bytes`: it is none, or not all of it is shown, and `body` is `{text, base64}`. */
  format: z.enum(['json', 'bytes']),
  body: z.unknown(),
  /** The whole length, shown or not. */
  bytes: z.int(),
  truncated: z.boolean(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type DeadLetterView = z.infer<typeof deadLetter>;
/** `unread`: letters behind the first thousand, which show once those are settled. */
export const deadLettersReply = page(deadLetter).extend({ unread: z.int() });

/** Letters go back to the queue they died in: the named ones, or all; those under `edit` with a corrected body. */
export const retryLetters = z
  .strictObject({
    ids: letterIds.optional(),
    all: z.boolean().optional(),
    edit: z.record(z.string(), z.unknown()).optional(),
    ratePerSecond: z.number().min(0.1).max(MOST_LETTERS).optional(),
  })
  .refine(({ ids, all }) => (ids !== undefined) !== (all === true), 'give either ids or all: true')
  .refine(
    ({ ids, edit }) => !ids || Object.keys(edit ?? {}).every((id) => ids.includes(id)),
    'edit names a letter that is not among ids',
  );
export type RetryLetters = z.infer<typeof retryLetters>;
const failedLetters = z.array(z.object({ id: z.string(), error: z.string() }));
/** A failed letter lies where it lay. */
export const retryReply = z.object({ retried: z.int(), failed: failedLetters, unread: z.int() });
export type RetryReply = z.infer<typeof retryReply>;

export const discardLetters = z.strictObject({ ids: letterIds, reason: line({ max: 500 }) });
export type DiscardLetters = z.infer<typeof discardLetters>;
export const discardReply = z.object({ discarded: z.int(), failed: failedLetters });
export type DiscardReply = z.infer<typeof discardReply>;

/** What a person did: written before it took effect; `detail.outcome` after it, and absent when that was interrupted. */
export const auditEntry = z.object({
  at: instant,
  who: z.string(),
  action: z.string(),
  target: z.string(),
  detail: z.record(z.string(), z.unknown()),
});
export const auditReply = page(auditEntry);

/** What waits in each durable queue. */
export const queuesReply = z.object({
  items: z.array(
    z.object({
      queue: z.string(),
      ready: z.int(),
      consumers: z.int(),
      retry: z.array(z.object({ delayMs: z.int(), messages: z.int() })),
      dead: z.int(),
    }),
  ),
});
