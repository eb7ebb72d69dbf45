import { EVENTS, type EventType, isEventType, routingKey } from './event-catalogue.ts';

/** A durable queue, who reads it, and the routing keys of `tiffin.events` that fill it. */
export type QueueDefinition = { readonly name: string; readonly reader: string; readonly bindings: readonly string[] };

const of = (...types: EventType[]): string[] => types.map(routingKey);

/** Every durable queue of the house. The two that other programs send to can be renamed by configuration. */
export const durableQueues = ({
  paymentQueue = 'PAYMENT_SUCCESS',
  orderReadyQueue = 'ORDER_READY_FOR_RIDER',
}: {
  paymentQueue?: string;
  orderReadyQueue?: string;
} = {}): readonly QueueDefinition[] => [
  { name: paymentQueue, reader: 'restaurant', bindings: of('PAYMENT_SUCCESS') },
  { name: orderReadyQueue, reader: 'rider', bindings: of('ORDER_READY_FOR_RIDER') },
  {
    name: 'restaurant.deliveries',
    reader: 'restaurant',
    bindings: of(
      'RIDER_ASSIGNED',
      'RIDER_UNASSIGNED',
      'DELIVERY_PICKED_UP',
      'DELIVERY_COMPLETED',
      'DELIVERY_ESCALATED',
    ),
  },
  {
    name: 'restaurant.refunds',
    reader: 'restaurant',
    bindings: of('REFUND_REQUESTED', 'REFUND_PROCESSED', 'REFUND_FAILED'),
  },
  { name: 'rider.orders', reader: 'rider', bindings: of('ORDER_CANCELLED') },
  {
    name: 'utils.refunds',
    reader: 'utils',
    bindings: of('ORDER_CANCELLED', 'ORDER_REJECTED', 'ORDER_PAYMENT_REFUSED'),
  },
  { name: 'utils.notifications', reader: 'utils', bindings: ['order.*'] },
  {
    name: 'utils.event-log',
    reader: 'utils',
    bindings: [
      'order.*',
      'payment.*',
      'delivery.*',
      'restaurant.*',
      ...of('RIDER_REGISTERED', 'RIDER_VERIFIED', 'RIDER_AVAILABILITY_CHANGED'),
    ],
  },
];

/** What a realtime node hears, on its own exclusive queue. */
export const REALTIME_BINDINGS: readonly string[] = ['order.*', 'delivery.*', 'rider.*', 'restaurant.*'];

/** The event types a set of bindings can bring. */
export const typesBoundBy = (bindings: readonly string[]): EventType[] =>
  Object.keys(EVENTS)
    .filter(isEventType)
    .filter((type) => bindings.some((key) => key === routingKey(type) || key === `${EVENTS[type].aggregate}.*`));
