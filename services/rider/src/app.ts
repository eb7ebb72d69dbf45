import { durableQueues } from '@tiffin/contracts/queues';
import { DAY, SECOND } from '@tiffin/platform/clock';
import { createServiceClient } from '@tiffin/platform/http/service-client';
import { type DurableServiceOverrides, startDurableService } from '@tiffin/platform/lifecycle/durable-service';
import type { RiderConfig } from './config.ts';
import { deliveryConsumers } from './deliveries/deliveries.consumers.ts';
import { deliveryRoutes } from './deliveries/deliveries.routes.ts';
import { createMongoDeliveryStore } from './deliveries/delivery.store.mongo.ts';
import { measureSilence } from './deliveries/measure-silence.ts';
import { askOwnedRestaurants } from './deliveries/owned-restaurants.gateway.ts';
import { positionRoutes } from './positions/positions.routes.ts';
import { positionsWorker } from './positions/positions.worker.ts';
import { createReceiving } from './positions/receiving.ts';
import { createTellPositions } from './positions/tell-positions.ts';
import { trailRoutes } from './positions/trail.routes.ts';
import { createMongoTrailStore } from './positions/trail.store.mongo.ts';
import { createMongoRiderStore } from './riders/rider.store.mongo.ts';
import { riderRoutes } from './riders/riders.routes.ts';
import { createUseCases } from './use-cases.ts';

const RESTAURANT_TIMEOUT_MS = 2 * SECOND;

/** The rider service: riders and where they are, and deliveries from the search for a rider to the doorstep. */
export const createApp = (config: RiderConfig, overrides: DurableServiceOverrides = {}) =>
  startDurableService({
    name: 'rider',
    config,
    overrides,
    queues: durableQueues({ paymentQueue: config.PAYMENT_QUEUE, orderReadyQueue: config.ORDER_READY_QUEUE }),
    build: (foundations) => {
      const { broker, cursors, serviceTokens, registry, logger, now } = foundations;
      const riders = createMongoRiderStore(foundations);
      const deliveries = createMongoDeliveryStore(foundations);
      const keptMs = config.TRAIL_KEPT_DAYS * DAY;
      const trails = createMongoTrailStore({ connection: foundations.connection, keptMs, now });
      const restaurant = createServiceClient({
        baseUrl: config.RESTAURANT_URL,
        tokens: serviceTokens,
        audience: 'restaurant',
        timeoutMs: RESTAURANT_TIMEOUT_MS,
      });
      const tell = createTellPositions({ publisher: broker.publisher, now });
      const receiving = createReceiving({ now });
      const receivingSince = receiving.since;
      const use = createUseCases({ riders, deliveries, trails, config, tell, receivingSince, logger, now });
      const ownedRestaurants = askOwnedRestaurants(restaurant);
      measureSilence(registry, deliveries);

      return {
        stores: [riders, deliveries],
        routes: [
          ...riderRoutes({ riders, deliveries, cursors, ...use }),
          ...positionRoutes(use),
          ...deliveryRoutes({ deliveries, cursors, ...use, ownedRestaurants, now }),
          ...trailRoutes({ trails, deliveries, ownedRestaurants }),
        ],
        consumers: deliveryConsumers(use, { orderReadyQueue: config.ORDER_READY_QUEUE }),
        timers: [{ store: deliveries, act: use.continueDelivery }],
        workers: [
          { start: () => undefined, stop: use.background.idle },
          positionsWorker({ positions: use.positions, riders, receiving, logger }),
        ],
      };
    },
  });
