import { parseEvent } from '@tiffin/contracts/event-catalogue';
import { eventConsumer } from '@tiffin/platform/messaging/event-consumer';
import type { followDelivery } from './follow-delivery.ts';
import type { followRefund } from './follow-refund.ts';
import type { markOrderPaid } from './mark-order-paid.ts';

const consume = eventConsumer(parseEvent);

/** The whole asynchronous surface of orders. */
export const orderConsumers = (
  use: {
    markOrderPaid: ReturnType<typeof markOrderPaid>;
    followDelivery: ReturnType<typeof followDelivery>;
    followRefund: ReturnType<typeof followRefund>;
  },
  { paymentQueue }: { paymentQueue: string },
) => [
  consume(paymentQueue, { PAYMENT_SUCCESS: use.markOrderPaid }),
  consume('restaurant.deliveries', {
    RIDER_ASSIGNED: use.followDelivery,
    RIDER_UNASSIGNED: use.followDelivery,
    DELIVERY_PICKED_UP: use.followDelivery,
    DELIVERY_COMPLETED: use.followDelivery,
    DELIVERY_ESCALATED: use.followDelivery,
  }),
  consume('restaurant.refunds', {
    REFUND_REQUESTED: use.followRefund,
    REFUND_PROCESSED: use.followRefund,
    REFUND_FAILED: use.followRefund,
  }),
];
