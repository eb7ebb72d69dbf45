import { parseEvent } from '@tiffin/contracts/event-catalogue';
import { eventConsumer } from '@tiffin/platform/messaging/event-consumer';
import type { cancelDelivery } from './cancel-delivery.ts';
import type { startDelivery } from './start-delivery.ts';

const consume = eventConsumer(parseEvent);

/** The whole asynchronous surface of deliveries. */
export const deliveryConsumers = (
  use: { startDelivery: ReturnType<typeof startDelivery>; cancelDelivery: ReturnType<typeof cancelDelivery> },
  { orderReadyQueue }: { orderReadyQueue: string },
) => [
  consume(orderReadyQueue, { ORDER_READY_FOR_RIDER: use.startDelivery }),
  consume('rider.orders', { ORDER_CANCELLED: use.cancelDelivery }),
];
