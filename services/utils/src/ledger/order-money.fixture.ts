import type { Envelope } from '@tiffin/contracts/envelope';
import { order } from '@tiffin/contracts/order-api';

export const ORDER_ID = '0'.repeat(23).concat('1');
export const RESTAURANT_ID = 'a'.repeat(24);
export const RIDER_ID = 'b'.repeat(24);
export const SUBTOTAL = 30_000;
export const TOTAL = 30_700;
export const EARNING = 3_400;
const at = { type: 'Point', coordinates: [77.6, 12.97] };
const START = Date.UTC(2026, 10, 1, 10);

const SOURCES = { ORDER: 'restaurant', DELIVERY: 'rider', PAYMENT: 'utils', REFUND: 'utils' };
const isSpeaker = (word: string): word is keyof typeof SOURCES => Object.hasOwn(SOURCES, word);

/** An event of the log, told by who owns its aggregate. */
export const logged = (type: string, data: object, seq = 1): Envelope => {
  const [word = ''] = type.split('_');
  return {
    id: `${type}-${seq}`,
    type,
    version: type === 'PAYMENT_SUCCESS' || type === 'ORDER_READY_FOR_RIDER' ? 2 : 1,
    timestamp: new Date(START + seq).toISOString(),
    data: { orderId: ORDER_ID, ...data },
    subject: ORDER_ID,
    seq,
    source: isSpeaker(word) ? SOURCES[word] : 'nobody',
    correlationId: 'story',
    causationId: null,
  };
};

const orderFacts = {
  userId: 'customer-1',
  restaurantId: RESTAURANT_ID,
  restaurantName: 'Dosa House',
  status: 'placed',
  paymentStatus: 'paid',
  totalPaise: TOTAL,
  currency: 'INR',
};
/** An order as ORDER_PLACED carries it. */
export const orderOf = (_id: string) =>
  order.parse({
    ...orderFacts,
    _id,
    items: [],
    subtotalPaise: SUBTOTAL,
    deliveryFeePaise: 0,
    platformFeePaise: TOTAL - SUBTOTAL,
    deliveryAddress: { formattedAddress: 'Here', phone: '+91 98450 12345', location: at },
    pickup: at,
    seq: 2,
    createdAt: new Date(START).toISOString(),
    updatedAt: new Date(START).toISOString(),
  });
export const rider = { riderId: RIDER_ID, riderUserId: 'asha', riderName: 'Asha' };

export const paid = (seq: number, paymentId = 'pay_1') =>
  logged('PAYMENT_SUCCESS', { paymentId, amountPaise: TOTAL, currency: 'INR' }, seq);
export const surplus = (seq: number, paymentId = 'pay_2') =>
  logged('PAYMENT_SURPLUS', { paymentId, gatewayOrderId: 'order_1', amountPaise: TOTAL, currency: 'INR' }, seq);
export const placed = (seq: number) =>
  logged('ORDER_PLACED', { ...orderFacts, paymentId: 'pay_1', order: orderOf(ORDER_ID) }, seq);
export const ready = (seq: number) =>
  logged('ORDER_READY_FOR_RIDER', { restaurantId: RESTAURANT_ID, location: at, earningPaise: EARNING }, seq);
export const delivered = (seq: number) =>
  logged('ORDER_DELIVERED', { ...orderFacts, ...rider, status: 'delivered' }, seq);
export const rejected = (seq: number) =>
  logged('ORDER_REJECTED', { ...orderFacts, status: 'rejected', reason: 'no gas', by: 'restaurant' }, seq);
export const cancelled = (seq: number, by: string) =>
  logged('ORDER_CANCELLED', { ...orderFacts, status: 'cancelled', by }, seq);
export const carried = (seq: number, earning: object = { earningPaise: EARNING }) =>
  logged(
    'DELIVERY_COMPLETED',
    { delivery: { status: 'delivered', assignment: 1, ...rider, ...earning }, closed: [] },
    seq,
  );

export type ARefund = {
  readonly refundId: string;
  readonly paymentId: string;
  readonly amountPaise: number;
  readonly restaurantPaise?: number;
};
export const aRefund = (changes: Partial<ARefund> = {}): ARefund => ({
  refundId: 'rf_1',
  paymentId: 'pay_1',
  amountPaise: TOTAL,
  ...changes,
});
const refundEvent = (type: string) => (seq: number, refund: ARefund) =>
  logged(type, { ...refund, refundedPaise: 0, reason: 'cancelled' }, seq);
export const requested = refundEvent('REFUND_REQUESTED');
export const processed = refundEvent('REFUND_PROCESSED');
export const failed = refundEvent('REFUND_FAILED');
