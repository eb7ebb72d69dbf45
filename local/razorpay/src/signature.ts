import { createHmac } from 'node:crypto';
import type { Payment } from './entities.ts';

const hexHmac = (secret: string, text: string | Uint8Array): string =>
  createHmac('sha256', secret).update(text).digest('hex');

/** The webhook signature: over the raw body bytes and nothing else, with the webhook secret. */
export const signWebhook = (secret: string, body: Uint8Array): string => hexHmac(secret, body);

/** The checkout signature: over `order_id|payment_id`, with the API key secret (not the webhook secret). */
const signCheckout = (keySecret: string, orderId: string, paymentId: string): string =>
  hexHmac(keySecret, `${orderId}|${paymentId}`);

export interface CheckoutTriple {
  readonly razorpay_payment_id: string;
  readonly razorpay_order_id: string;
  readonly razorpay_signature: string;
}

/** What the checkout page hands to the shop's page. */
export const checkoutTriple = (keySecret: string, { id, order_id: orderId }: Payment): CheckoutTriple => ({
  razorpay_payment_id: id,
  razorpay_order_id: orderId,
  razorpay_signature: signCheckout(keySecret, orderId, id),
});
