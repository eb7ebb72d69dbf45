import type { Envelope, StoredEvent } from '@tiffin/contracts/envelope';
import { type OrderLedger, orderLedger } from '@tiffin/contracts/ledger-api';
import { order } from '@tiffin/contracts/order-api';
import { type PaymentView, payment } from '@tiffin/contracts/payment-api';
import type { Facts, OrderFacts } from './facts.ts';

export const orderIdOf = (number: number): string => number.toString(16).padStart(24, '0');
const SUBTOTAL_PAISE = 12_000;
const TOTAL_PAISE = 17_600;
const at = { type: 'Point', coordinates: [77.6, 12.97] };
const momentOf = (second: number): string => new Date(Date.UTC(2026, 10, 1, 10, 0, second)).toISOString();

const DELIVERED = [
  'ORDER_CREATED',
  'ORDER_PLACED',
  'ORDER_ACCEPTED',
  'ORDER_PREPARING',
  'ORDER_READY_FOR_RIDER',
  'ORDER_RIDER_ASSIGNED',
  'ORDER_PICKED_UP',
  'ORDER_DELIVERED',
] as const;
const CANCELLED_PAID = ['ORDER_CREATED', 'ORDER_PLACED', 'ORDER_CANCELLED', 'ORDER_REFUNDED'] as const;
const TRIP = ['DELIVERY_OFFERED', 'RIDER_ASSIGNED', 'DELIVERY_PICKED_UP', 'DELIVERY_COMPLETED'] as const;

type Kind = 'delivered' | 'cancelled-paid' | 'cancelled-unpaid';
const HISTORIES: Record<Kind, readonly string[]> = {
  delivered: DELIVERED,
  'cancelled-paid': CANCELLED_PAID,
  'cancelled-unpaid': ['ORDER_CREATED', 'ORDER_CANCELLED'],
};

/** The facts of one order on which everything is as it has to be. Orders of later numbers happen later. */
export const anOrderOf = (number: number, kind: Kind, riderUserId = `rider-${number}`): Facts => {
  const orderId = orderIdOf(number);
  const second = number * 100;
  const envelope = (source: string, subject: string, type: string, seq: number, data: object): Envelope => ({
    id: `${source}-${number}-${seq}`,
    type,
    version: 1,
    timestamp: momentOf(second + seq),
    data: { orderId, ...data },
    subject,
    seq,
    source,
    correlationId: `restaurant-${number}-1`,
    causationId: null,
  });
  const own = HISTORIES[kind].map((type, index) =>
    envelope('restaurant', orderId, type, index + 1, type === 'ORDER_CANCELLED' ? { by: 'customer' } : {}),
  );
  const history = own.map(
    ({ correlationId: _, causationId: __, subject: ___, seq = 0, ...event }): StoredEvent => ({ ...event, seq }),
  );
  const isPaid = kind !== 'cancelled-unpaid';
  const isDelivered = kind === 'delivered';
  const gatewayOrderId = `order_${orderId.slice(-14)}`;
  const refund = { id: 'r', amountPaise: TOTAL_PAISE, status: 'processed', reason: 'cancelled' };
  const pays = ['PAYMENT_CREATED', 'PAYMENT_SUCCESS', ...(isDelivered ? [] : ['REFUND_REQUESTED', 'REFUND_PROCESSED'])];
  const delivery = { status: 'assigned', assignment: 1, riderUserId };
  const facts: OrderFacts = {
    orderId,
    history,
    order: order.parse({
      _id: orderId,
      userId: 'asha',
      restaurantId: '2'.repeat(24),
      restaurantName: 'Dosa House',
      items: [],
      subtotalPaise: SUBTOTAL_PAISE,
      deliveryFeePaise: 4_900,
      platformFeePaise: 700,
      totalPaise: TOTAL_PAISE,
      currency: 'INR',
      deliveryAddress: { formattedAddress: 'Here', phone: '+91 98450 12345', location: at },
      pickup: at,
      status: isDelivered ? 'delivered' : 'cancelled',
      paymentStatus: isDelivered ? 'paid' : 'refunded',
      seq: history.length,
      createdAt: momentOf(second),
      updatedAt: momentOf(second),
    }),
    ledger: aLedger(orderId, isPaid, isDelivered),
    payment: isPaid ? aPayment(orderId, gatewayOrderId, isDelivered ? [] : [refund]) : undefined,
  };
  const payments = pays.map((type, index) =>
    envelope('utils', `payment-${number}`, type, index + 1, { amountPaise: TOTAL_PAISE }),
  );
  const trip = TRIP.map((type, index) =>
    // After the order's own events began; a later order's trip begins after this one has ended.
    envelope('rider', orderId, type, index + 1, { delivery, closed: [] }),
  );
  return {
    orders: [facts],
    bank: isPaid ? [{ gatewayOrderId, capturedPaise: TOTAL_PAISE, refundedPaise: isDelivered ? 0 : TOTAL_PAISE }] : [],
    log: [...own, ...(isPaid ? payments : []), ...(isDelivered ? trip : [])],
    riders: isDelivered ? [{ riderUserId, busyWith: undefined }] : [],
    told: isPaid ? [{ orderId, seq: 2, connection: 'kitchen-0 1' }] : [],
    found: new Set(),
  };
};

const aPayment = (orderId: string, gatewayOrderId: string, refunds: object[]): PaymentView =>
  payment.parse({
    orderId,
    status: refunds.length > 0 ? 'refunded' : 'captured',
    amountPaise: TOTAL_PAISE,
    currency: 'INR',
    gatewayOrderId,
    gatewayPaymentId: `pay_${orderId.slice(-14)}`,
    refunds,
  });

/** The books of an order that came to a good end: the rider of a delivered one has earned nothing yet. */
const aLedger = (orderId: string, isPaid: boolean, isDelivered: boolean): OrderLedger => {
  const posted = (type: string, amounts: object) => ({
    at: momentOf(0),
    orderId,
    eventId: type,
    type,
    entries: Object.entries(amounts).map(([account, amountPaise]) => ({ account, amountPaise })),
  });
  const platform = SUBTOTAL_PAISE - TOTAL_PAISE;
  const came = posted('PAYMENT_SUCCESS', { customer: -TOTAL_PAISE, gateway: TOTAL_PAISE });
  const settled = posted('ORDER_DELIVERED', { customer: TOTAL_PAISE, restaurant: -SUBTOTAL_PAISE, platform });
  const back = posted('REFUND_PROCESSED', { customer: TOTAL_PAISE, gateway: -TOTAL_PAISE });
  const balances = posted('', { gateway: TOTAL_PAISE, restaurant: -SUBTOTAL_PAISE, platform }).entries;
  const items = isDelivered ? [came, settled] : [came, back];
  return orderLedger.parse({ orderId, items: isPaid ? items : [], balances: isDelivered ? balances : [] });
};

/** Several orders of one evening. */
export const together = (all: readonly Facts[]): Facts => ({
  orders: all.flatMap(({ orders }) => orders),
  bank: all.flatMap(({ bank }) => bank),
  log: all.flatMap(({ log }) => log),
  riders: all.flatMap(({ riders }) => riders),
  told: all.flatMap(({ told }) => told),
  found: new Set(all.flatMap(({ found }) => [...found])),
});
