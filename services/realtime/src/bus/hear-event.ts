import type { EventOf, EventType } from '@tiffin/contracts/event-catalogue';
import type { Clock } from '@tiffin/platform/clock';
import type { OrderStreams } from '../orders/order-streams.ts';
import type { TellPositions } from '../positions/tell-positions.ts';
import type { Deliver } from '../pushes/deliver.ts';
import { asOrderEvent, pushesOf } from '../pushes/push-table.ts';
import type { RestaurantRooms } from '../restaurants/restaurant-rooms.ts';

/** What an event on the bus sets off. An order's goes through its ring, so that rooms hear it once and in order; everything in this tick. */
export const hearEvent =
  ({
    streams,
    tellPositions,
    restaurants,
    deliver,
    now,
  }: {
    streams: OrderStreams;
    tellPositions: TellPositions;
    restaurants: RestaurantRooms;
    deliver: Deliver;
    now: Clock;
  }) =>
  (event: EventOf<EventType>) => {
    const ofOrder = asOrderEvent(event);
    if (ofOrder) return streams.hear(ofOrder);
    switch (event.type) {
      case 'RIDER_LOCATIONS':
        return tellPositions(event.data.points);
      case 'RESTAURANT_CHANGED':
        return restaurants.belongsTo(event.data.restaurantId, event.data.ownerId);
      default:
        return deliver(pushesOf(event, now()));
    }
  };
