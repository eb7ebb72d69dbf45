const LONGEST = 2048;
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost']);

export type CallbackUrl =
  | { readonly kind: 'none' }
  | { readonly kind: 'allowed'; readonly href: string }
  | { readonly kind: 'refused' };

/**
 * Where the checkout hands the payment back to. Only this machine and the named origins: the page would otherwise send
 * whoever trusts it, and a signed payment, to any address that somebody put into a link.
 */
export const readCallbackUrl = (given: unknown, allowedOrigins: readonly string[]): CallbackUrl => {
  if (given === undefined || given === '') return { kind: 'none' };
  if (typeof given !== 'string' || given.length > LONGEST || !URL.canParse(given)) return { kind: 'refused' };
  const url = new URL(given);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { kind: 'refused' };
  if (url.username !== '' || url.password !== '') return { kind: 'refused' };
  if (!LOOPBACK_NAMES.has(url.hostname) && !allowedOrigins.includes(url.origin)) return { kind: 'refused' };
  // As it was understood, not as it was written: a browser may not read the writing in the same way.
  return { kind: 'allowed', href: url.href };
};
