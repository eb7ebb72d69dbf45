import type { ConsoleConfig } from '@tiffin/contracts/console-api';
import { type Handler, mountPath } from '@tiffin/platform/http/mount-routes';
import { listPageFiles } from './page-files.ts';

type App = Parameters<typeof mountPath>[0];
type Request = Parameters<Handler>[0];
type Response = Parameters<Handler>[1];

const YEAR_S = 31_536_000;
const NOT_BUILT = 'The console has not been built. Run: npm run build\n';

const socketOrigin = (url: string): string => url.replace(/^http/, 'ws');

/** What the page may do: run our own script and style, and talk to the parts it was told of. Nothing of anybody else's. */
const contentPolicy = ({ services, supervisor, razorpay }: ConsoleConfig): string => {
  const parts = [...Object.values(services), supervisor, razorpay].filter((url) => url !== undefined && url !== '');
  const connect = ["'self'", ...parts, ...(services.realtime === '' ? [] : [socketOrigin(services.realtime)])];
  return [
    "default-src 'none'",
    "script-src 'self'",
    // The map's hint is placed by a style attribute.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src ${[...new Set(connect)].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
};

/**
 * `GET /console`: the page, its files under names that change with their content, and `/console/config.json`. Open to anybody, as a sign-in
 * form is: everything behind it asks for an admin's token.
 */
export const mountConsole = (app: App, configFor: (request: Request) => ConsoleConfig): void => {
  const send = (response: Response, status: number, type: string, content: string | Buffer, caching: string): void => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cache-Control', caching);
    response.setHeader('Content-Type', type);
    response.status(status).end(content);
  };
  const get = (path: string, answer: Handler): void => mountPath(app, path, new Map([['get', answer]]));

  get('/console', async (request, response) => {
    const page = (await listPageFiles()).get('index.html');
    if (!page) return send(response, 503, 'text/plain; charset=utf-8', NOT_BUILT, 'no-store');
    response.setHeader('Content-Security-Policy', contentPolicy(configFor(request)));
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    send(response, 200, page.type, await page.read(), 'no-store');
  });
  get('/console/config.json', async (request, response) => {
    send(response, 200, 'application/json; charset=utf-8', JSON.stringify(configFor(request)), 'no-store');
  });
  get('/console/:file', async (request, response, next) => {
    const name = String(request.params.file);
    const file = name === 'index.html' ? undefined : (await listPageFiles()).get(name);
    // The end of the chain says that nothing is there, as it does of every other path.
    if (!file) return next('route');
    send(response, 200, file.type, await file.read(), `public, max-age=${YEAR_S}, immutable`);
  });
};
