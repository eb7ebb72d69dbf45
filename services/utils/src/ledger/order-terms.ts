import type { MoneyEvent } from './money-event.ts';

/** What an order's amounts are worked out from. It is settled before any of it is due, so the whole history is asked at once. */
export type OrderTerms = {
  readonly restaurantId: string | undefined;
  readonly riderId: string | undefined;
  /** What the restaurant gets for the food. */
  readonly subtotalPaise: number;
  /** What the rider gets for the trip. */
  readonly earningPaise: number;
  readonly wasReady: boolean;
};

/**
 * The subtotal stands in ORDER_PLACED, the earning in DELIVERY_COMPLETED; events of older programs have it in ORDER_READY_FOR_RIDER.
 * What stands nowhere is 0: nobody is paid a guess, and the platform keeps it until somebody tells.
 */
export const termsOf = (history: readonly MoneyEvent[]): OrderTerms => {
  let terms: OrderTerms = {
    restaurantId: undefined,
    riderId: undefined,
    subtotalPaise: 0,
    earningPaise: 0,
    wasReady: false,
  };
  let earnedPaise: number | undefined;
  for (const { type, data } of history) {
    switch (type) {
      case 'ORDER_PLACED':
        terms = { ...terms, restaurantId: data.restaurantId, subtotalPaise: data.order.subtotalPaise };
        break;
      case 'ORDER_READY_FOR_RIDER':
        terms = { ...terms, wasReady: true, earningPaise: data.earningPaise ?? 0 };
        break;
      case 'ORDER_CANCELLED':
      case 'ORDER_REJECTED':
      case 'ORDER_DELIVERED':
        terms = { ...terms, restaurantId: data.restaurantId };
        break;
      case 'DELIVERY_COMPLETED':
        terms = { ...terms, riderId: data.delivery.riderId };
        earnedPaise = data.delivery.earningPaise;
        break;
    }
  }
  return { ...terms, earningPaise: earnedPaise ?? terms.earningPaise };
};
