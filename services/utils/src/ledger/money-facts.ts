import type { RefundFacts } from '@tiffin/contracts/payment-events';
import type { MoneyEvent } from './money-event.ts';

type Refund = Pick<RefundFacts, 'paymentId' | 'amountPaise' | 'restaurantPaise'> & {
  readonly status: 'requested' | 'failed' | 'processed';
};

/** What has been heard of the money of one order. Each fact is kept under its own name, so that hearing it again changes nothing. */
export type MoneyFacts = {
  /** What came in, by gateway payment. */
  readonly captures: ReadonlyMap<string, number>;
  /** The payment the order is paid with; every other capture is held until it is back. */
  readonly paidWith: string | undefined;
  readonly refunds: ReadonlyMap<string, Refund>;
  /** The price of the delivered order. */
  readonly deliveredPaise: number | undefined;
  /** Cancelled or rejected. */
  readonly isCalledOff: boolean;
  /** By anybody but its restaurant: food that was ready is paid. */
  readonly isCalledOffByOthers: boolean;
  readonly isTripDone: boolean;
};

export const NO_MONEY: MoneyFacts = {
  captures: new Map(),
  paidWith: undefined,
  refunds: new Map(),
  deliveredPaise: undefined,
  isCalledOff: false,
  isCalledOffByOthers: false,
  isTripDone: false,
};

/** The same facts with what one event adds; the very same object when it adds nothing. */
export const withEvent = (known: MoneyFacts, event: MoneyEvent): MoneyFacts => {
  switch (event.type) {
    case 'PAYMENT_SUCCESS':
    case 'PAYMENT_SURPLUS': {
      const { paymentId, amountPaise } = event.data;
      if (known.captures.has(paymentId)) return known;
      const captures = new Map(known.captures).set(paymentId, amountPaise);
      return { ...known, captures, paidWith: event.type === 'PAYMENT_SUCCESS' ? paymentId : known.paidWith };
    }
    case 'REFUND_REQUESTED':
      return withRefund(known, event.data, 'requested');
    case 'REFUND_FAILED':
      return withRefund(known, event.data, 'failed');
    case 'REFUND_PROCESSED':
      return withRefund(known, event.data, 'processed');
    case 'ORDER_DELIVERED':
      return known.deliveredPaise === undefined ? { ...known, deliveredPaise: event.data.totalPaise } : known;
    case 'ORDER_CANCELLED':
      return known.isCalledOff
        ? known
        : { ...known, isCalledOff: true, isCalledOffByOthers: event.data.by !== 'restaurant' };
    case 'ORDER_REJECTED':
      return known.isCalledOff ? known : { ...known, isCalledOff: true };
    case 'DELIVERY_COMPLETED':
      return known.isTripDone ? known : { ...known, isTripDone: true };
    case 'ORDER_PLACED':
    case 'ORDER_READY_FOR_RIDER':
      return known;
  }
};

const STEP = { requested: 0, failed: 1, processed: 2 } as const;

const withRefund = (known: MoneyFacts, facts: RefundFacts, status: Refund['status']): MoneyFacts => {
  const { refundId, paymentId, amountPaise, restaurantPaise } = facts;
  const before = known.refunds.get(refundId);
  if (before && STEP[before.status] >= STEP[status]) return known;
  const refund: Refund = { paymentId, amountPaise, restaurantPaise, status };
  return { ...known, refunds: new Map(known.refunds).set(refundId, refund) };
};
