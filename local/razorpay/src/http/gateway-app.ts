import express, { type ErrorRequestHandler, type Express } from 'express';
import { CHECKOUT_ROUTE, type Checkout, checkoutRoutes } from '../checkout/checkout.routes.ts';
import { type Controls, controlRoutes } from '../control/control.routes.ts';
import { loopbackOnly } from '../control/loopback-only.ts';
import type { Logger } from '../logger.ts';
import { invalidInput, plainRefusal } from '../refusal.ts';
import { basicAuth } from './basic-auth.ts';
import { consoleOrigins } from './console-origins.ts';
import { type Endpoint, routeOf } from './endpoint.ts';
import { plainBody } from './plain-body.ts';
import { REDIRECT_TARGET, sendRefusal, serveEndpoint } from './serve-endpoint.ts';

/** The whole HTTP surface: Razorpay's routes under `/v1`, the checkout page and the controls beside them. */
export const createGatewayApp = ({
  endpoints,
  controls,
  checkout,
  keyId,
  keySecret,
  allowedOrigins,
  closing,
  onRedirectFollowed,
  logger,
}: {
  endpoints: readonly Endpoint[];
  controls: Controls;
  checkout: Checkout;
  keyId: string;
  keySecret: string;
  allowedOrigins: readonly string[];
  closing: AbortSignal;
  onRedirectFollowed: () => void;
  logger: Logger;
}): Express => {
  const app = express();
  app.disable('x-powered-by');
  // Nobody asks this gateway whether something changed, and hashing every answer costs.
  app.disable('etag');

  app.use('/_control', loopbackOnly);
  app.use(['/livez', '/_control'], consoleOrigins(allowedOrigins));
  app.get('/livez', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.all(REDIRECT_TARGET, (_request, response) => {
    onRedirectFollowed();
    sendRefusal(response, noSuchUrl());
  });
  app.use('/checkout', checkoutRoutes(checkout));
  app.use('/v1', basicAuth(keyId, keySecret));
  app.use(express.json());
  app.use(plainBody);
  for (const endpoint of endpoints) {
    app[endpoint.method](endpoint.path, serveEndpoint(endpoint, { faults: controls.faults, closing }));
  }
  app.use('/_control', controlRoutes(controls, { routes: [...endpoints.map(routeOf), CHECKOUT_ROUTE], keySecret }));
  app.use((_request, response) => {
    sendRefusal(response, noSuchUrl());
  });
  app.use(answerFault(logger));
  return app;
};

/** Razorpay says 400, not 404, to a URL or a method that it does not have. */
const noSuchUrl = () => plainRefusal(400, 'The requested URL was not found on the server.');

const answerFault =
  (logger: Logger): ErrorRequestHandler =>
  (fault: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(fault);
      return;
    }
    const status = statusOf(fault);
    if (status === undefined) {
      logger.warn({ fault: String(fault) }, 'request failed');
      sendRefusal(response, plainRefusal(500, 'The server encountered an error.', 'SERVER_ERROR'));
    } else {
      sendRefusal(response, { ...invalidInput('The request body could not be read.'), status });
    }
  };

/** The status of what the body parser refused (not JSON, too large), as against a bug of ours. */
const statusOf = (fault: unknown): number | undefined =>
  fault instanceof Error && 'status' in fault && typeof fault.status === 'number' && fault.status < 500
    ? fault.status
    : undefined;
