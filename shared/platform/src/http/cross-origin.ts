import type { RequestHandler } from 'express';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const HEADERS = 'Authorization, Content-Type, Idempotency-Key, traceparent';
const EXPOSED = 'Idempotency-Replayed, Link, RateLimit, Retry-After, X-Request-Id';
const PREFLIGHT_KEPT_S = 600;

/**
 * Lets pages of the named origins read our answers (the Fetch standard's CORS protocol). Tokens travel in a header, never in
 * a cookie, so no credentials are allowed; every other origin gets the same answers without the permission to read them.
 */
export const allowOrigins = (origins: readonly string[]): RequestHandler => {
  const allowed = new Set(origins.map((url) => new URL(url).origin));
  return (request, response, next) => {
    response.vary('Origin');
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) return next();
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', EXPOSED);
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return next();
    response.writeHead(204, {
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': HEADERS,
      'Access-Control-Max-Age': String(PREFLIGHT_KEPT_S),
    });
    response.end();
  };
};
