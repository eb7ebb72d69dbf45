import { createHmac } from 'node:crypto';

const hexHmac = (secret: string, text: string | Uint8Array): string =>
  createHmac('sha256', secret).update(text).digest('hex');

/** The webhook signature: over the raw body bytes and nothing else, with the webhook secret. */
export const signWebhook = (secret: string, body: Uint8Array): string => hexHmac(secret, body);

/** The checkout signature: over `order_id|payment_id`, with the API key secret (not the webhook secret). */
export const signCheckout = (keySecret: string, orderId: string, paymentId: string): string =>
  hexHmac(keySecret, `${orderId}|${paymentId}`);
