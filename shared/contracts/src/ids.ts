import * as z from 'zod';

const objectId = z.string().regex(/^[a-f0-9]{24}$/, 'must be 24 lower-case hexadecimal digits');

export const orderId = objectId.brand<'OrderId'>();
export type OrderId = z.infer<typeof orderId>;
export const restaurantId = objectId.brand<'RestaurantId'>();
export type RestaurantId = z.infer<typeof restaurantId>;
export const itemId = objectId.brand<'ItemId'>();
export type ItemId = z.infer<typeof itemId>;
export const riderId = objectId.brand<'RiderId'>();
export type RiderId = z.infer<typeof riderId>;
export const offerId = objectId.brand<'OfferId'>();
export type OfferId = z.infer<typeof offerId>;

/** Razorpay's own ids. The grammar is checked before an id enters a path: an id such as `x/../../payments` would reach another route. */
export const gatewayOrderId = z
  .string()
  .regex(/^order_[A-Za-z0-9]{8,32}$/)
  .brand<'GatewayOrderId'>();
export type GatewayOrderId = z.infer<typeof gatewayOrderId>;
export const gatewayPaymentId = z
  .string()
  .regex(/^pay_[A-Za-z0-9]{8,32}$/)
  .brand<'GatewayPaymentId'>();
export type GatewayPaymentId = z.infer<typeof gatewayPaymentId>;
export const gatewayRefundId = z
  .string()
  .regex(/^rfnd_[A-Za-z0-9]{8,32}$/)
  .brand<'GatewayRefundId'>();
export type GatewayRefundId = z.infer<typeof gatewayRefundId>;
