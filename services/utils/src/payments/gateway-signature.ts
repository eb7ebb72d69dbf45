import { createHmac, timingSafeEqual } from 'node:crypto';

const HEX_SHA256 = /^[0-9a-f]{64}$/i;

/**
 * Whether somebody who holds one of the secrets signed these bytes (hex HMAC-SHA256). The form is checked first: `timingSafeEqual` throws
 * on unequal lengths, and decoding hex drops whatever follows it.
 */
export const isSignedBy = (secrets: readonly string[], bytes: Buffer | string, signature: unknown): boolean => {
  if (typeof signature !== 'string' || !HEX_SHA256.test(signature)) return false;
  const given = Buffer.from(signature, 'hex');
  let matched = false;
  // Every secret is tried, so that the time taken does not say which one matched.
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(bytes).digest();
    matched = timingSafeEqual(expected, given) || matched;
  }
  return matched;
};

/** What the checkout page's signature covers. The order's id comes from our own record, never from the caller. */
export const checkoutText = (gatewayOrderId: string, gatewayPaymentId: string): string =>
  `${gatewayOrderId}|${gatewayPaymentId}`;
