import { createHmac, timingSafeEqual } from 'node:crypto';

const DIGITS = 4;

/**
 * The code a customer tells the rider at the door: four digits that the service of the orders and this one derive alike from a key
 * they share, so that no code travels over the bus, where the rider's own service would log or push it.
 */
export const deliveryCode = (key: string, orderId: string): string => {
  const digest = createHmac('sha256', key).update(`delivery-code:${orderId}`).digest();
  return String(digest.readUInt32BE(0) % 10 ** DIGITS).padStart(DIGITS, '0');
};

/** Compared in constant time: a guess must not learn how much of it was right. */
export const isDeliveryCode = (key: string, orderId: string, typed: string | undefined): boolean => {
  const right = Buffer.from(deliveryCode(key, orderId));
  const given = Buffer.from(typed ?? '');
  return given.length === right.length && timingSafeEqual(given, right);
};
