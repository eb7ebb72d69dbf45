import { randomUUID } from 'node:crypto';
import { durableQueues } from '@tiffin/contracts/queues';
import { createServiceTokens, createTokenVerifier } from '@tiffin/platform/auth/tokens';
import { type Clock, MINUTE, SECOND, systemClock } from '@tiffin/platform/clock';
import { healthOf } from '@tiffin/platform/http/health';
import { createHttpServer } from '@tiffin/platform/http/server';
import { createServiceClient } from '@tiffin/platform/http/service-client';
import { listenHost } from '@tiffin/platform/lifecycle/listen-host';
import { withReleasers } from '@tiffin/platform/lifecycle/releasers';
import type { RunningService } from '@tiffin/platform/lifecycle/run-service';
import { createBroker } from '@tiffin/platform/messaging/broker';
import { createLogger, type Logger } from '@tiffin/platform/observability/logger';
import { createMetricsRegistry } from '@tiffin/platform/observability/metrics';
import { eventListener } from './bus/events.consumers.ts';
import { hearEvent } from './bus/hear-event.ts';
import type { RealtimeConfig } from './config.ts';
import { consoleConfigOf, ownUrlOf } from './console/console-config.ts';
import { mountConsole } from './console/mount-console.ts';
import { createOrderHistory } from './orders/order-history.gateway.ts';
import { createOrderStreams } from './orders/order-streams.ts';
import { isHeard, tellOrder, withdrawRider } from './orders/tell-order.ts';
import { watchOrder } from './orders/watch-order.ts';
import { createLatestPositions } from './positions/latest-positions.ts';
import { createPositionSlots } from './positions/position-slots.ts';
import { createReportLocations } from './positions/rider-locations.gateway.ts';
import { tellPositions } from './positions/tell-positions.ts';
import { createDeliver } from './pushes/deliver.ts';
import { pushRoutes } from './pushes/pushes.routes.ts';
import { createRealtimeMetrics } from './realtime-metrics.ts';
import { createOwnedRestaurants } from './restaurants/owned-restaurants.gateway.ts';
import { createRestaurantRooms } from './restaurants/restaurant-rooms.ts';
import { tellWaitingOrders } from './restaurants/tell-waiting-orders.ts';
import { createWaitingOrders } from './restaurants/waiting-orders.gateway.ts';
import { createSchedule } from './schedule.ts';
import { acceptSockets } from './sockets/connections.sockets.ts';
import { cutSlowSockets } from './sockets/cut-slow-sockets.ts';
import { drainSockets } from './sockets/drain-sockets.ts';
import { attachSocketServer, createSocketServer } from './sockets/socket-server.ts';
import { createTimerWheel } from './sockets/timer-wheel.ts';

const RESTAURANT_TIMEOUT_MS = 2 * SECOND;

/** The realtime service: sockets, pushes, tracking. It owns nothing durable; what it forgets it asks for again. */
export const createApp = (
  config: RealtimeConfig,
  overrides: { readonly now?: Clock; readonly logger?: Logger } = {},
): Promise<RunningService> =>
  withReleasers(async (releasers) => {
    const { now = systemClock } = overrides;
    const logger = overrides.logger ?? createLogger({ service: 'realtime', level: config.LOG_LEVEL });
    const registry = createMetricsRegistry({ service: 'realtime' });
    const verifier = createTokenVerifier({ ...verificationKey(config), now });
    const serviceTokens = createServiceTokens({ secret: config.SERVICE_TOKEN_SECRET, name: 'realtime', now });
    const schedule = createSchedule();
    releasers.push(schedule.close);
    const background = (work: Promise<void>): void => {
      work.catch((error: unknown) => logger.error({ err: error }, 'work in the background failed'));
    };
    const wheel = createTimerWheel({ now });
    releasers.push(wheel.close);

    const broker = createBroker({
      url: config.RABBITMQ_URL,
      service: 'realtime',
      queues: durableQueues({ paymentQueue: config.PAYMENT_QUEUE, orderReadyQueue: config.ORDER_READY_QUEUE }),
      topology: config.TOPOLOGY,
      logger,
      metrics: registry,
    });
    const restaurant = createServiceClient({
      baseUrl: config.RESTAURANT_URL,
      tokens: serviceTokens,
      audience: 'restaurant',
      timeoutMs: RESTAURANT_TIMEOUT_MS,
    });

    let draining = false;
    const allowedOrigins = config.ALLOWED_ORIGINS ?? [];
    const io = createSocketServer({ allowedOrigins, accepting: () => !draining });
    const metrics = createRealtimeMetrics(registry, {
      sockets: () => io.of('/').sockets.size,
      streams: () => streams.size(),
    });

    const deliver = createDeliver({ io, pushed: metrics.pushed });
    const latest = createLatestPositions();
    const slots = createPositionSlots({ nowMs: () => performance.now() });
    releasers.push(slots.close);
    const streams = createOrderStreams({
      history: createOrderHistory({ restaurant, logger }),
      tell: tellOrder({ deliver, latest, slots }),
      withdraw: withdrawRider(io),
      isHeard: isHeard(io),
      linked: () => broker.status().state === 'up' || broker.status().state === 'blocked',
      schedule: schedule.after,
      background,
      now,
      measure: metrics,
    });
    const restaurants = createRestaurantRooms({
      io,
      owned: createOwnedRestaurants({ restaurant, logger }),
      joined: tellWaitingOrders({
        waiting: createWaitingOrders({ restaurantUrl: config.RESTAURANT_URL, logger }),
        streams,
        deliver,
        schedule: schedule.after,
        background,
      }),
      schedule: schedule.after,
      background,
      now,
    });
    acceptSockets({
      io,
      verifier,
      restaurants,
      wheel,
      slots,
      watch: watchOrder({ streams, positions: latest }),
      report: createReportLocations({ riderUrl: config.RIDER_URL, logger }),
      refused: metrics.refused,
      logger,
    });
    broker.listen(
      eventListener({
        node: randomUUID().slice(0, 8),
        hear: hearEvent({
          streams,
          tellPositions: tellPositions({ io, latest, slots, pushed: metrics.pushed }),
          restaurants,
          deliver,
          now,
        }),
        onNewLink: () => {
          streams.linkChanged();
          restaurants.rejoined();
        },
      }),
    );

    const http = createHttpServer({
      service: 'realtime',
      routes: pushRoutes({ io, deliver }),
      verifier,
      serviceTokens,
      internalKey: config.INTERNAL_SERVICE_KEY,
      allowedOrigins,
      logger,
      registry,
      health: async () => healthOf({ broker: brokerHealth(broker.status().state) }),
      extend: (app) =>
        mountConsole(app, ({ headers, socket }) => consoleConfigOf(config, ownUrlOf(headers.host, socket.localPort))),
    });
    attachSocketServer(io, http.server);
    const { port } = await http.listen(config.PORT, listenHost(config.NODE_ENV));
    releasers.push(async () => {
      // Sockets first: an HTTP server waits for every connection that was upgraded.
      await Promise.all([io.close(), http.close()]);
    });

    schedule.every(SECOND, () => metrics.cut(cutSlowSockets(io)));
    schedule.every(MINUTE, streams.forgetEnded);
    broker.start();
    releasers.push(broker.close);

    return {
      port,
      drain: async () => {
        draining = true;
        http.startDraining();
        await drainSockets(io, { pause: schedule.pause, random: Math.random });
        await broker.drain();
      },
      close: async () => {
        streams.close();
        await releasers.releaseAll();
      },
    };
  });

const verificationKey = ({ JWT_SECRET, JWT_PUBLIC_KEY }: RealtimeConfig) => {
  if (JWT_PUBLIC_KEY !== undefined) return { publicKey: JWT_PUBLIC_KEY };
  if (JWT_SECRET !== undefined) return { secret: JWT_SECRET };
  throw new Error('neither JWT_SECRET nor JWT_PUBLIC_KEY is set');
};

// Without the broker sockets still resume from the history: refusing them all would turn an outage of one part into a total one.
const brokerHealth = (state: string): { status: 'pass' | 'warn'; detail?: string } =>
  state === 'up' ? { status: 'pass' } : { status: 'warn', detail: `the broker is ${state}` };
