import type { RequestHandler } from 'express';
import { plainRefusal } from '../refusal.ts';
import { sendRefusal } from './serve-endpoint.ts';

const PREFLIGHT_KEPT_S = 600;

/**
 * Lets the pages of the named origins use what stands behind it (the Fetch standard's CORS protocol), and no page of another one: a form
 * anywhere on the web could otherwise press a button here. Who sends no Origin is no page.
 */
export const consoleOrigins = (origins: readonly string[]): RequestHandler => {
  const allowed = new Set(origins);
  return (request, response, next) => {
    response.vary('Origin');
    const { origin } = request.headers;
    if (origin === undefined) return next();
    if (!allowed.has(origin)) {
      sendRefusal(response, plainRefusal(403, 'Pages of this origin have no business here.'));
      return;
    }
    response.setHeader('Access-Control-Allow-Origin', origin);
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return next();
    response.writeHead(204, {
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'content-type',
      'Access-Control-Max-Age': String(PREFLIGHT_KEPT_S),
    });
    response.end();
  };
};
