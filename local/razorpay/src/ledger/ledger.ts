import type { CaptureSettings, Order, Payment, Refund } from '../entities.ts';
import type { Listing } from '../request-listing.ts';
import { type Database, parseStored } from './database.ts';

export interface OrderListing extends Listing {
  readonly receipt: string | undefined;
}

/** A used idempotency key: what was asked with it, and the refund it stands for. */
export interface RefundKey {
  readonly key: string;
  readonly fingerprint: string;
  readonly refundId: string;
}

export interface OrderToPay {
  readonly order: Order;
  readonly capture: CaptureSettings;
}

interface BodyRow {
  readonly body: string;
}

/** Orders, payments and refunds. Every change of theirs goes through `commit`, together with its webhooks. */
export const createLedger = (database: Database) => {
  const prepare = <Row>(sql: string) => database.prepare<Row>(sql);
  const sql = {
    addOrder: prepare('INSERT INTO orders (id, receipt, created_at, body, capture) VALUES (?, ?, ?, ?, ?)'),
    setOrder: prepare('UPDATE orders SET body = ? WHERE id = ?'),
    order: prepare<BodyRow & { capture: string }>('SELECT body, capture FROM orders WHERE id = ?'),
    orderByReceipt: prepare<BodyRow>('SELECT body FROM orders WHERE receipt = ?'),
    orders: prepare<BodyRow>(
      'SELECT body FROM orders WHERE created_at BETWEEN ? AND ? ORDER BY seq DESC LIMIT ? OFFSET ?',
    ),
    setPayment: prepare(
      'INSERT INTO payments (id, order_id, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
    ),
    payment: prepare<BodyRow>('SELECT body FROM payments WHERE id = ?'),
    paymentsOf: prepare<BodyRow>('SELECT body FROM payments WHERE order_id = ? ORDER BY seq DESC'),
    setRefund: prepare(
      'INSERT INTO refunds (id, payment_id, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
    ),
    refund: prepare<BodyRow>('SELECT body FROM refunds WHERE id = ?'),
    refundsOf: prepare<BodyRow>('SELECT body FROM refunds WHERE payment_id = ? ORDER BY seq DESC'),
    addKey: prepare('INSERT INTO refund_keys (key, fingerprint, refund_id) VALUES (?, ?, ?)'),
    key: prepare<RefundKey>('SELECT key, fingerprint, refund_id AS refundId FROM refund_keys WHERE key = ?'),
    allOrders: prepare<BodyRow>('SELECT body FROM orders ORDER BY seq'),
    allPayments: prepare<BodyRow>('SELECT body FROM payments ORDER BY seq'),
    allRefunds: prepare<BodyRow>('SELECT body FROM refunds ORDER BY seq'),
    clear: ['orders', 'payments', 'refunds', 'refund_keys'].map((table) => prepare(`DELETE FROM ${table}`)),
  };
  const one = <T>(row: BodyRow | undefined): T | undefined =>
    row === undefined ? undefined : parseStored<T>(row.body);
  const many = <T>(rows: BodyRow[]): T[] => rows.map((row) => parseStored<T>(row.body));

  return {
    addOrder: (order: Order, capture: CaptureSettings) =>
      sql.addOrder.run([order.id, order.receipt, order.created_at, JSON.stringify(order), JSON.stringify(capture)]),
    saveOrder: (order: Order) => sql.setOrder.run([JSON.stringify(order), order.id]),
    findOrder: (id: string) => one<Order>(sql.order.get([id])),
    /** The order together with what was asked about capture when it was created. */
    findOrderToPay: (id: string): OrderToPay | undefined => {
      const row = sql.order.get([id]);
      return row && { order: parseStored<Order>(row.body), capture: parseStored<CaptureSettings>(row.capture) };
    },
    findOrderByReceipt: (receipt: string) => one<Order>(sql.orderByReceipt.get([receipt])),
    listOrders: ({ receipt, from, to, count, skip }: OrderListing): Order[] => {
      if (receipt === undefined) return many<Order>(sql.orders.all([from, to, count, skip]));
      // A receipt belongs to one order at most.
      const order = one<Order>(sql.orderByReceipt.get([receipt]));
      return order && order.created_at >= from && order.created_at <= to && skip === 0 ? [order] : [];
    },
    savePayment: (payment: Payment) => sql.setPayment.run([payment.id, payment.order_id, JSON.stringify(payment)]),
    findPayment: (id: string) => one<Payment>(sql.payment.get([id])),
    paymentsOf: (orderId: string) => many<Payment>(sql.paymentsOf.all([orderId])),
    saveRefund: (refund: Refund) => sql.setRefund.run([refund.id, refund.payment_id, JSON.stringify(refund)]),
    findRefund: (id: string) => one<Refund>(sql.refund.get([id])),
    refundsOf: (paymentId: string) => many<Refund>(sql.refundsOf.all([paymentId])),
    addRefundKey: ({ key, fingerprint, refundId }: RefundKey) => sql.addKey.run([key, fingerprint, refundId]),
    findRefundKey: (key: string) => sql.key.get([key]),
    everything: () => ({
      orders: many<Order>(sql.allOrders.all([])),
      payments: many<Payment>(sql.allPayments.all([])),
      refunds: many<Refund>(sql.allRefunds.all([])),
    }),
    clear: () => {
      for (const statement of sql.clear) statement.run([]);
    },
  };
};

export type Ledger = ReturnType<typeof createLedger>;
