import { durableQueues } from '@tiffin/contracts/queues';
import { type DurableServiceOverrides, startDurableService } from '@tiffin/platform/lifecycle/durable-service';
import type { RestaurantConfig } from './config.ts';
import { commandOrder } from './orders/command-order.ts';
import { deliveryCode } from './orders/delivery-code.ts';
import { createEta, tellingEta } from './orders/eta.ts';
import { followDelivery } from './orders/follow-delivery.ts';
import { followRefund } from './orders/follow-refund.ts';
import { markOrderPaid } from './orders/mark-order-paid.ts';
import { createMongoOrderStore } from './orders/order.store.mongo.ts';
import { orderConsumers } from './orders/orders.consumers.ts';
import { internalOrderRoutes } from './orders/orders.internal.routes.ts';
import { orderRoutes } from './orders/orders.routes.ts';
import { placeOrder } from './orders/place-order.ts';
import { runOutOfTime } from './orders/run-out-of-time.ts';
import { createMongoRestaurantStore } from './restaurants/restaurant.store.mongo.ts';
import { restaurantRoutes } from './restaurants/restaurants.routes.ts';

/** The restaurant service: restaurants with their menus, and orders from basket to doorstep. */
export const createApp = (config: RestaurantConfig, overrides: DurableServiceOverrides = {}) =>
  startDurableService({
    name: 'restaurant',
    config,
    overrides,
    queues: durableQueues({ paymentQueue: config.PAYMENT_QUEUE, orderReadyQueue: config.ORDER_READY_QUEUE }),
    build: (foundations) => {
      const { cursors, now } = foundations;
      const etaNow = createEta({
        policy: {
          riderSpeedMps: config.RIDER_SPEED_MPS,
          assignExpectedS: config.ASSIGN_EXPECTED_S,
          firstMileExpectedM: config.FIRST_MILE_EXPECTED_M,
          spreadS: config.ETA_SPREAD_S,
          spreadPercent: config.ETA_SPREAD_PERCENT,
        },
        now,
      });
      const orders = tellingEta(createMongoOrderStore(foundations), etaNow);
      const restaurants = createMongoRestaurantStore(foundations);
      const policy = { paymentWindowS: config.PAYMENT_WINDOW_S, deliveryRadiusM: config.DELIVERY_RADIUS_M };
      const codeFor = (id: string) => deliveryCode(config.SERVICE_TOKEN_SECRET, id);

      return {
        stores: [orders, restaurants],
        routes: [
          ...restaurantRoutes({ restaurants, cursors }),
          ...orderRoutes({
            orders,
            placeOrder: placeOrder({ orders, restaurants, policy, now }),
            commandOrder: commandOrder({ orders, now }),
            cursors,
            etaNow,
            ...(config.DELIVERY_CODE ? { codeFor } : {}),
          }),
          ...internalOrderRoutes({ orders, etaNow }),
        ],
        consumers: orderConsumers(
          {
            markOrderPaid: markOrderPaid({ orders, acceptWindowS: config.ACCEPT_WINDOW_S, now }),
            followDelivery: followDelivery({ orders, now }),
            followRefund: followRefund({ orders }),
          },
          { paymentQueue: config.PAYMENT_QUEUE },
        ),
        timers: [{ store: orders, act: runOutOfTime({ orders, now }) }],
      };
    },
  });
