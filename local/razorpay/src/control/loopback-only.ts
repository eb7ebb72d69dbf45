import type { RequestHandler } from 'express';
import { sendRefusal } from '../http/serve-endpoint.ts';
import { plainRefusal } from '../refusal.ts';

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether a Host header names this machine as only this machine can: not a foreign name that resolves to it. */
export const isLoopbackHost = (host: string): boolean => LOOPBACK_NAMES.has(host.replace(/:\d+$/, ''));

/**
 * Only who asked for this machine by a loopback name. The server listens on loopback alone; this closes the way that
 * is left, a web page whose host name was made to resolve to 127.0.0.1.
 */
export const loopbackOnly: RequestHandler = (request, response, next) => {
  if (isLoopbackHost(request.get('host') ?? '')) next();
  else sendRefusal(response, plainRefusal(403, 'The control routes answer on a loopback name only.'));
};
