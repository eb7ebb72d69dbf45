import type { ServiceName } from '@tiffin/contracts/claims';
import type { Connection } from 'mongoose';
import type { Registry } from 'prom-client';
import { createServiceTokens, createTokenVerifier, type ServiceTokens } from '../auth/tokens.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type HealthStatus, healthOf } from '../http/health.ts';
import { type Cursors, createCursors } from '../http/pagination.ts';
import type { Route } from '../http/route.ts';
import { createHttpServer } from '../http/server.ts';
import { type Broker, type BrokerStatus, createBroker } from '../messaging/broker.ts';
import type { ConsumerSpec } from '../messaging/consume.ts';
import type { DurableQueue } from '../messaging/topology.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import { createMetricsRegistry } from '../observability/metrics.ts';
import { isDatabaseAway, openDatabase } from '../persistence/database.ts';
import { createMongoIdempotencyStore } from '../persistence/idempotency-store.ts';
import { createPublishing } from '../persistence/publishing.ts';
import type { Relay } from '../persistence/relay.ts';
import type { StreamEvent } from '../persistence/stored.ts';
import { createSweeper } from '../persistence/sweeper.ts';
import { createTimers, type Timed } from '../persistence/timers.ts';
import { listenHost } from './listen-host.ts';
import { withReleasers } from './releasers.ts';
import type { RunningService } from './run-service.ts';

/** What every service with a database reads from its environment. */
export type DurableServiceConfig = {
  readonly NODE_ENV: string;
  readonly PORT: number;
  readonly LOG_LEVEL: string;
  readonly MONGODB_URL: string;
  readonly RABBITMQ_URL: string;
  readonly JWT_SECRET?: string | undefined;
  readonly JWT_PUBLIC_KEY?: string | undefined;
  readonly SERVICE_TOKEN_SECRET: string;
  readonly TOPOLOGY: 'declare' | 'check';
  readonly RATE_LIMIT_RPS: number;
  readonly ALLOWED_ORIGINS?: readonly string[] | undefined;
};

/** What a service is built from: its own database, the way to the bus, and who it is to the others. */
export type Foundations = {
  readonly connection: Connection;
  readonly relay: Relay;
  publish(aggregate: string, subject: string, event: StreamEvent): Promise<void>;
  readonly broker: Broker;
  readonly serviceTokens: ServiceTokens;
  readonly cursors: Cursors;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly now: Clock;
};

/** What a service is: its doors, what it keeps, and what it does by itself. */
export type ServiceParts = {
  readonly routes: readonly Route[];
  readonly stores: readonly { sweep(olderThanMs: number): Promise<number> }[];
  readonly consumers: readonly ConsumerSpec[];
  readonly timers: readonly { store: Timed; act: (id: string) => Promise<unknown> }[];
  /** Gives back what the parts hold beside the database and the broker. */
  readonly close?: () => void | Promise<void>;
  /** Whatever else runs beside the doors. Started last, stopped first. */
  readonly workers?: readonly { start(): void; stop(): Promise<void> | void }[];
};

export type DurableServiceOverrides = {
  readonly now?: Clock;
  readonly logger?: Logger;
  readonly databaseName?: string;
};

const RELAY_DEADLINE_MS = 5_000;

/**
 * Starts a service that owns a database. The door opens first and says "not ready" until the database answers and every index stands; a
 * broker that is away only warns, since the documents keep the events. Stops in reverse: no new request, no new message, what runs ends,
 * what is written leaves, connections close.
 */
export const startDurableService = ({
  name,
  config,
  queues,
  build,
  overrides = {},
}: {
  name: ServiceName;
  config: DurableServiceConfig;
  queues: readonly DurableQueue[];
  build: (foundations: Foundations) => ServiceParts;
  overrides?: DurableServiceOverrides;
}): Promise<RunningService> =>
  withReleasers(async (releasers) => {
    const { now = systemClock, databaseName = `tiffin-${name}` } = overrides;
    const logger = overrides.logger ?? createLogger({ service: name, level: config.LOG_LEVEL });
    const registry = createMetricsRegistry({ service: name });
    const serviceTokens = createServiceTokens({ secret: config.SERVICE_TOKEN_SECRET, name, now });

    const database = openDatabase({ url: config.MONGODB_URL, name: databaseName, logger });
    releasers.push(database.close);
    const broker = createBroker({
      url: config.RABBITMQ_URL,
      service: name,
      queues,
      topology: config.TOPOLOGY,
      logger,
      metrics: registry,
    });
    const { relay, publish } = createPublishing({ publisher: broker.publisher, source: name, logger });
    const cursors = createCursors(config.SERVICE_TOKEN_SECRET, name);
    const parts = build({
      connection: database.connection,
      relay,
      publish,
      broker,
      serviceTokens,
      cursors,
      registry,
      logger,
      now,
    });

    const http = createHttpServer({
      service: name,
      routes: parts.routes,
      verifier: createTokenVerifier({ ...verificationKey(config), now }),
      serviceTokens,
      logger,
      registry,
      rateLimit: { rps: config.RATE_LIMIT_RPS },
      allowedOrigins: config.ALLOWED_ORIGINS ?? [],
      idempotency: createMongoIdempotencyStore({ connection: database.connection, now }),
      isUnavailable: isDatabaseAway,
      health: async () =>
        healthOf({ database: databaseHealth(database.trouble()), broker: brokerHealth(broker.status()) }),
    });
    const { port } = await http.listen(config.PORT, listenHost(config.NODE_ENV));
    releasers.push(http.close);

    const sweeper = createSweeper({ stores: parts.stores, accepting: () => broker.publisher.accepting(), logger });
    const timers = parts.timers.map(({ store, act }) => createTimers({ store, act, logger }));
    const workers = [...timers, ...(parts.workers ?? [])];

    let stopping = false;
    const running = database.ready.then(() => {
      if (stopping) return;
      for (const consumer of parts.consumers) broker.consume(consumer);
      broker.start();
      sweeper.start();
      for (const worker of workers) worker.start();
    });
    releasers.push(() => broker.close());

    return {
      port,
      drain: async () => {
        stopping = true;
        http.startDraining();
        await http.close();
        await broker.drain();
        await Promise.all(workers.toReversed().map((worker) => worker.stop()));
        sweeper.stop();
        await within(RELAY_DEADLINE_MS, relay.idle());
      },
      close: async () => {
        await broker.close();
        await releasers.releaseAll();
        await running.catch(() => undefined);
        await parts.close?.();
      },
    };
  });

const verificationKey = ({ JWT_SECRET, JWT_PUBLIC_KEY }: DurableServiceConfig) => {
  if (JWT_PUBLIC_KEY !== undefined) return { publicKey: JWT_PUBLIC_KEY };
  if (JWT_SECRET !== undefined) return { secret: JWT_SECRET };
  throw new Error('neither JWT_SECRET nor JWT_PUBLIC_KEY is set');
};

const databaseHealth = (trouble: string | undefined): { status: HealthStatus; detail?: string } =>
  trouble === undefined ? { status: 'pass' } : { status: 'fail', detail: trouble };

// A broker that is away blocks no request: failing here would take every instance out of service at once.
const brokerHealth = ({ state, detail }: BrokerStatus): { status: HealthStatus; detail?: string } => {
  if (state === 'up') return { status: 'pass' };
  const said = detail === undefined ? {} : { detail };
  return state === 'misdeclared' ? { status: 'fail', ...said } : { status: 'warn', detail: `the broker is ${state}` };
};

const within = (ms: number, work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, new Promise((resolve) => setTimeout(resolve, ms).unref())]);
