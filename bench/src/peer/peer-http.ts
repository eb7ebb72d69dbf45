import type { AddressInfo } from 'node:net';
import { isAuthFailure, type TokenVerifier } from '@tiffin/platform/auth/tokens';
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express';

/** What every course service begins with. */
export const createPeerApp = (): Express => {
  const app = express();
  app.use(express.json());
  return app;
};

/** Errors of a handler are folded into one answer, whatever they were. */
export const tried =
  (handle: (request: Request, response: Response) => Promise<unknown>): RequestHandler =>
  (request: Request, response: Response, _next: NextFunction) => {
    handle(request, response).catch((error: unknown) => {
      response.status(500).json({ message: error instanceof Error ? error.message : 'internal server error' });
    });
  };

/** The signed-in person; our own verifier, which remembers tokens it has seen and so costs less than checking each time. */
export const signedIn =
  (verifier: TokenVerifier): RequestHandler =>
  (request, response, next) => {
    const claims = verifier.verifyUser(request.headers.authorization?.slice('Bearer '.length) ?? '');
    if (isAuthFailure(claims)) {
      response.status(401).json({ message: 'please login' });
      return;
    }
    response.locals.user = claims.sub;
    next();
  };

export const internal =
  (key: string): RequestHandler =>
  (request, response, next) => {
    if (request.headers['x-internal-key'] === key) next();
    else response.status(403).json({ message: 'forbidden' });
  };

/** A call to another service, awaited in the middle of whatever it is part of. */
export const callPeer = async (key: string, method: 'GET' | 'POST', url: string, body?: object): Promise<unknown> => {
  const response = await fetch(url, {
    method,
    headers: { 'x-internal-key': key, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
};

export const pushThroughPeer = async (
  { REALTIME_URL, INTERNAL_KEY }: { REALTIME_URL: string; INTERNAL_KEY: string },
  event: string,
  room: string,
  payload: object,
): Promise<void> => {
  await callPeer(INTERNAL_KEY, 'POST', `${REALTIME_URL}/api/v1/internal/emit`, { event, room, payload });
};

/** Idle connections stay as long as Tiffin's do: the default of 5 s would close some in the very moment they are used again. */
const KEEP_ALIVE_MS = 65_000;

export const listenPeer = (app: Pick<Express, 'listen'>, port: number): Promise<number> =>
  new Promise((resolve) => {
    const server = app.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    server.keepAliveTimeout = KEEP_ALIVE_MS;
  });
