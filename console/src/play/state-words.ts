import type { PaymentStatus } from '@tiffin/contracts/order-api';
import type { PaymentState, RefundState } from '@tiffin/contracts/payment-api';
import type { DeliveryStatus, DropReason } from '@tiffin/contracts/rider-api';

/** What the order says of its money. */
export const ORDER_MONEY_WORDS: Readonly<Record<PaymentStatus, string>> = {
  pending: 'not paid yet',
  paid: 'paid',
  refund_pending: 'the money is on its way back',
  partially_refunded: 'a part was paid back',
  refunded: 'paid back',
  refund_failed: 'paying back failed; a person looks at it',
};

export const PAYMENT_WORDS: Readonly<Record<PaymentState, string>> = {
  created: 'opened, nothing tried yet',
  pending: 'under way',
  failed: 'failed; it may be tried again',
  authorized: 'authorized by the bank, not captured yet',
  captured: 'captured',
  refund_pending: 'captured, a refund is under way',
  partially_refunded: 'captured, a part paid back',
  refunded: 'paid back',
};

export const REFUND_WORDS: Readonly<Record<RefundState, string>> = {
  requested: 'asked for',
  pending: 'under way at the gateway',
  processed: 'paid back',
  failed: 'failed',
  manual_review: 'waits for a person',
};

export const DELIVERY_WORDS: Readonly<Record<DeliveryStatus, string>> = {
  searching: 'A rider is searched for',
  offering: 'Offered to riders',
  assigned: 'Yours: fetch the food',
  picked_up: 'You have the food: bring it to the door',
  delivered: 'Delivered',
  cancelled: 'Cancelled: nothing to do any more',
  escalated: 'No rider was found; the order was cancelled',
};

export const DROP_WORDS: Readonly<Record<DropReason, string>> = {
  inaccurate: 'less exact than 100 m',
  repeated: 'its number did not rise',
  too_fast: 'faster than 40 m/s',
  future: 'more than 5 s in the future',
  old: 'older than 5 min',
  nowhere: 'at 0, 0',
};
