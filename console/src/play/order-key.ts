/** The key of a request and the words it stands for. */
export type OrderKey = { readonly key: string; readonly body: string };

/**
 * The Idempotency-Key of an order: the same one for a retry of the same words, so that an order whose answer was lost is not placed
 * twice, and a new one as soon as the words differ. Whoever gets an answer forgets the key: the next order is another one.
 */
export const keyFor = (kept: OrderKey | undefined, body: string, fresh: () => string): OrderKey =>
  kept?.body === body ? kept : { key: fresh(), body };
