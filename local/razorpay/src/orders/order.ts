import type { Order } from '../entities.ts';
import type { OrderRequest } from './order-request.ts';

/** A new order: nothing paid, nothing tried. It never expires and cannot be cancelled. */
export const openOrder = (request: OrderRequest, id: string, nowMs: number): Order => ({
  id,
  entity: 'order',
  amount: request.amount,
  amount_paid: 0,
  amount_due: request.amount,
  currency: request.currency,
  receipt: request.receipt,
  offer_id: null,
  status: 'created',
  attempts: 0,
  notes: request.notes,
  created_at: Math.floor(nowMs / 1000),
});

/** Somebody tries to pay: `created` becomes `attempted`, and every try counts. */
export const withAttempt = (order: Order): Order => ({
  ...order,
  status: order.status === 'paid' ? 'paid' : 'attempted',
  attempts: order.attempts + 1,
});

/** The captured payment of this order. It stays `paid` even when the money goes back. */
export const paidOrder = (order: Order): Order => ({
  ...order,
  status: 'paid',
  amount_paid: order.amount,
  amount_due: 0,
});
