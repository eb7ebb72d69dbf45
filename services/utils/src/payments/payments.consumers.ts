import { parseEvent } from '@tiffin/contracts/event-catalogue';
import { eventConsumer } from '@tiffin/platform/messaging/event-consumer';
import type { refundOrder } from './refund-order.ts';

const consume = eventConsumer(parseEvent);

/** The whole asynchronous surface of payments. */
export const paymentConsumers = (use: { refundOrder: ReturnType<typeof refundOrder> }) => [
  consume('utils.refunds', {
    ORDER_CANCELLED: use.refundOrder,
    ORDER_REJECTED: use.refundOrder,
    ORDER_PAYMENT_REFUSED: use.refundOrder,
  }),
];
