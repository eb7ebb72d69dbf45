import type { RequestHandler } from 'express';
import { isLoopbackHost } from '../control/loopback-only.ts';
import { refusalPage } from './checkout-page.ts';
import { sendPage } from './send-page.ts';

/**
 * Guards a form that moves money: only a page of this very origin may post it. A page elsewhere could show the same form
 * and have a visitor pay; its browser says so in `Origin`, which no page can change, and old browsers that say nothing
 * are refused too.
 */
export const ownPageOnly: RequestHandler = (request, response, next) => {
  const { host, origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const own = host !== undefined && isLoopbackHost(host) && origin === `http://${host}`;
  if (own && (site === undefined || site === 'same-origin')) return next();
  sendPage(response, 403, refusalPage('Not from here', 'Only the checkout page itself can pay. Nothing was paid.'));
};

/** The pages answer on a loopback name only: a foreign name that resolves to this machine would be a foreign origin's door. */
export const loopbackPageOnly: RequestHandler = (request, response, next) => {
  if (isLoopbackHost(request.headers.host ?? '')) return next();
  sendPage(
    response,
    403,
    refusalPage('Not here', 'The checkout answers on this machine’s own name only: http://127.0.0.1.'),
  );
};
