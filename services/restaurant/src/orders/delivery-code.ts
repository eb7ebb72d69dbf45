import { createHmac } from 'node:crypto';

const DIGITS = 4;

/**
 * The code the customer tells the rider at the door. Derived, not sent: the rider service derives the same one from the secret both hold,
 * so that it never crosses the bus or rests in a store.
 */
export const deliveryCode = (secret: string, orderId: string): string =>
  String(
    createHmac('sha256', secret).update(`delivery-code:${orderId}`).digest().readUInt32BE(0) % 10 ** DIGITS,
  ).padStart(DIGITS, '0');
