import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { Registry } from 'prom-client';
import type { ServiceTokens, TokenVerifier } from '../auth/tokens.ts';
import { SECOND } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { createHttpMeasure } from '../observability/metrics.ts';
import { createFaultAnswer } from './answer-fault.ts';
import { createAuthentication } from './authenticate.ts';
import { allowOrigins } from './cross-origin.ts';
import type { Health } from './health.ts';
import type { IdempotencyStore } from './idempotency.ts';
import { mountRoutes } from './mount-routes.ts';
import { createNodeServer } from './node-server.ts';
import { mountOperationsRoutes } from './operations-routes.ts';
import { createRateLimiter } from './rate-limit.ts';
import { problem } from './reply.ts';
import type { Route } from './route.ts';
import { dataSecurityHeaders } from './security-headers.ts';
import { createSendReply, type Exchange } from './send-reply.ts';
import { serveRoute } from './serve-route.ts';

/** How long `close` waits for running requests before it cuts their connections. */
const CLOSE_DEADLINE_MS = 10 * SECOND;

export type HttpServer = {
  /** Listens on a port (0: any free one) and tells which. Rejects when the port is taken. */
  listen(port: number, host?: string): Promise<{ port: number }>;
  app: Express;
  server: Server;
  /** From now on readyz fails and each answer ends its connection. */
  startDraining(): void;
  /** Takes no new connection, waits for running requests (10 s at most), ends every connection. Safe to call again. */
  close(): Promise<void>;
};

export type HttpServerOptions = {
  service: string;
  routes: readonly Route[];
  verifier: TokenVerifier;
  serviceTokens: ServiceTokens;
  logger: Logger;
  registry?: Registry;
  health: () => Promise<Health>;
  /** Requests a second and person; unset: no limit. */
  rateLimit?: { rps: number };
  idempotency?: IdempotencyStore;
  /** Accepted on routes for services when set; at least 32 bytes. */
  internalKey?: string | undefined;
  /** Faults that mean "not now": answered 503 with Retry-After. */
  isUnavailable?: (error: unknown) => boolean;
  /** The proxies whose X-Forwarded-For counts (Express `trust proxy`); unset: none. */
  trustProxy?: string | readonly string[];
  /** Origins whose pages may read the answers; unset: none. */
  allowedOrigins?: readonly string[];
  /** Mounts what is no route of the table, such as a page. Its handlers set their own headers. */
  extend?: (app: Express) => void;
};

const BAD_PATH = problem('invalid_request', 'The path is not valid.');
const NOT_FOUND = problem('not_found', 'There is nothing at this path.');
const UNMATCHED = '(none)';

/**
 * Builds the HTTP side of a service from its route table. Every error is `application/problem+json`; what no route names is
 * 404, a known path with another method 405 with `Allow`. Nothing listens until `listen`.
 */
export const createHttpServer = (options: HttpServerOptions): HttpServer => {
  const { service, routes, logger, registry = new Registry() } = options;
  const state = { draining: false };
  const draining = () => state.draining;

  const send = createSendReply({
    headers: dataSecurityHeaders(),
    measure: createHttpMeasure(registry),
    closing: draining,
  });
  const answerFault = createFaultAnswer({ logger, isUnavailable: options.isUnavailable ?? (() => false) });
  const authenticationFor = createAuthentication(options);
  const rateLimiter = options.rateLimit && createRateLimiter(options.rateLimit);

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Queries are read by readQuery; the built-in parser would make arrays of repeated names.
  app.set('query parser', false);
  // A proxy that hides a path compares its letters; another spelling must not lead to the same route.
  app.enable('case sensitive routing');
  app.set('trust proxy', options.trustProxy ?? false);

  if (options.allowedOrigins) app.use(allowOrigins(options.allowedOrigins));
  mountOperationsRoutes(app, { service, routes, health: options.health, registry, draining });
  mountRoutes(app, routes, (route) => {
    const authenticate = authenticationFor(route.who);
    const { idempotency } = options;
    return serveRoute(route, { authenticate, rateLimiter, idempotency, logger, send, answerFault });
  });
  options.extend?.(app);

  const exchangeOf = (request: Request, response: Response): Exchange => ({
    response,
    method: request.method,
    route: UNMATCHED,
    requestId: randomUUID(),
    startedAtMs: performance.now(),
  });
  app.use((request: Request, response: Response) => {
    const allow = response.getHeader('Allow');
    const known = allow === undefined ? NOT_FOUND : problem('method_not_allowed', `This path takes ${String(allow)}.`);
    send(exchangeOf(request, response), known);
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const exchange = exchangeOf(request, response);
    send(exchange, error instanceof URIError ? BAD_PATH : answerFault(error, exchange));
  });

  const { server, listen, close } = createNodeServer(app);
  const startDraining = () => {
    state.draining = true;
    server.closeIdleConnections();
  };
  let closed: Promise<void> | undefined;
  return {
    app,
    server,
    listen,
    startDraining,
    close: () => {
      startDraining();
      closed ??= close(CLOSE_DEADLINE_MS).finally(() => rateLimiter?.close());
      return closed;
    },
  };
};
