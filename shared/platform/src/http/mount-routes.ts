import type { Express, NextFunction, Request, Response } from 'express';
import type { Method, Route } from './route.ts';

export type Handler = (request: Request, response: Response, next: NextFunction) => void | Promise<void>;

/**
 * Mounts the handlers of one path. A request with another method goes on down the chain, with the methods it could have
 * used noted in `Allow`: a later pattern may still take it, else the end of the chain answers 405.
 */
export const mountPath = (app: Express, path: string, handlers: ReadonlyMap<Method, Handler>): void => {
  const mounted = app.route(path);
  for (const [method, handler] of handlers) mounted[method](handler);
  const methods = [...handlers.keys()].map((method) => method.toUpperCase());
  if (handlers.has('get')) methods.push('HEAD');
  mounted.all((_request, response, next) => {
    const before = response.getHeader('Allow');
    response.setHeader(
      'Allow',
      [...new Set([...(typeof before === 'string' ? before.split(', ') : []), ...methods])].join(', '),
    );
    next();
  });
};

/** Mounts a table of routes in its order. Throws when two rows name the same method and path. */
export const mountRoutes = (app: Express, routes: readonly Route[], handlerOf: (route: Route) => Handler): void => {
  const paths = new Map<string, Map<Method, Handler>>();
  for (const route of routes) {
    const handlers = paths.get(route.path) ?? new Map<Method, Handler>();
    if (handlers.has(route.method)) throw new Error(`${route.method} ${route.path} stands twice in the route table`);
    handlers.set(route.method, handlerOf(route));
    paths.set(route.path, handlers);
  }
  for (const [path, handlers] of paths) mountPath(app, path, handlers);
};
