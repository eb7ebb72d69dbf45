/**
 * What a use case says about a message it was given. It never settles one itself: only the consumer runtime does,
 * because an ack belongs to the link that delivered the message and to no other.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'nothing-new' }
  | { readonly kind: 'broken-rule'; readonly reason: string }
  | { readonly kind: 'try-later'; readonly reason: string };

const DONE: Outcome = { kind: 'done' };
const NOTHING_NEW: Outcome = { kind: 'nothing-new' };

/** The event was applied. */
export const done = (): Outcome => DONE;

/** A repeat, or something the state has outrun: acknowledged, nothing written. */
export const nothingNew = (): Outcome => NOTHING_NEW;

/** What no interleaving can produce: dead-lettered at once, never retried. */
export const brokenRule = (reason: string): Outcome => ({ kind: 'broken-rule', reason });

/** Expected and passing (somebody else holds the lease): up the retry ladder like a fault, but not logged as one. */
export const tryLater = (reason: string): Outcome => ({ kind: 'try-later', reason });
