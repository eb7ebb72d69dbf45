import { type Clock, DAY } from '@tiffin/platform/clock';
import { createLogger } from '@tiffin/platform/observability/logger';
import { openDatabase } from '@tiffin/platform/persistence/database';
import type { RiderConfig } from './config.ts';
import { createMongoDeliveryStore } from './deliveries/delivery.store.mongo.ts';
import { createMongoTrailStore } from './positions/trail.store.mongo.ts';
import { createMongoRiderStore } from './riders/rider.store.mongo.ts';

/** The stores of the rider service over a connection of their own; what they commit is published to nobody. */
export const openStores = async (at: { url: string; name: string }, config: RiderConfig, now: Clock) => {
  const logger = createLogger({ service: 'rider', level: 'silent' });
  const opened = openDatabase({ ...at, logger });
  const foundations = {
    connection: opened.connection,
    relay: { handOver: () => undefined, idle: async () => undefined },
    publish: async () => undefined,
    now,
  };
  const riders = createMongoRiderStore(foundations);
  const deliveries = createMongoDeliveryStore(foundations);
  const trails = createMongoTrailStore({ ...foundations, keptMs: config.TRAIL_KEPT_DAYS * DAY });
  await opened.ready;
  return { opened, logger, riders, deliveries, trails };
};
