import type { Express, Response } from 'express';
import type { Registry } from 'prom-client';
import { askHealth, type Health, healthOf } from './health.ts';
import { mountPath } from './mount-routes.ts';
import { openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';

const DRAINING = healthOf({ server: { status: 'fail', detail: 'draining' } });

/**
 * What every service answers about itself, to anybody, unlimited: `/livez` (the process runs; asks nothing else), `/readyz`
 * and `/health` (it can serve; 503 when not), `/metrics`, `/openapi.json`.
 */
export const mountOperationsRoutes = (
  app: Express,
  {
    service,
    routes,
    health,
    registry,
    draining,
  }: {
    service: string;
    routes: readonly Route[];
    health: () => Promise<Health>;
    registry: Registry;
    draining: () => boolean;
  },
): void => {
  // Made at the first request: describing every schema would delay each start for a document few ask for.
  let document: string | undefined;

  const send = (response: Response, status: number, type: string, text: string): void => {
    if (draining()) response.setHeader('Connection', 'close');
    const length = Buffer.byteLength(text);
    response
      .writeHead(status, { 'Content-Type': type, 'Content-Length': length, 'Cache-Control': 'no-store' })
      .end(text);
  };
  const sendHealth = (response: Response, answer: Health): void =>
    send(response, answer.status === 'fail' ? 503 : 200, 'application/health+json', JSON.stringify(answer));
  const get = (path: string, answer: (response: Response) => void | Promise<void>): void =>
    mountPath(app, path, new Map([['get', (_request, response) => answer(response)]]));

  get('/livez', (response) => sendHealth(response, healthOf({})));
  for (const path of ['/readyz', '/health']) {
    get(path, async (response) => sendHealth(response, draining() ? DRAINING : await askHealth(health)));
  }
  get('/metrics', async (response) => send(response, 200, registry.contentType, await registry.metrics()));
  get('/openapi.json', (response) => {
    document ??= JSON.stringify(openApiDocument({ service, routes }));
    send(response, 200, 'application/json; charset=utf-8', document);
  });
};
