import type { IncomingMessage } from 'node:http';
import { type Answer, problem } from './door-answer.ts';

const PREFLIGHT_KEPT_S = 600;

type Visit =
  | { kind: 'refused'; answer: Answer }
  /** A browser asks what it may ask; there is nothing else to answer. */
  | { kind: 'preflight'; headers: Record<string, string> }
  | { kind: 'welcome'; headers: Record<string, string> };

/**
 * Who may speak to the door at all, before any key is looked at: programs on this machine, and in a browser the pages of the console alone
 * (the Fetch standard's CORS protocol). A page whose host name was made to resolve to 127.0.0.1 is known by its Host header.
 */
export const receive = (
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  { port, origins }: { port: number; origins: readonly string[] },
): Visit => {
  const { host, origin } = headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    const answer = problem('forbidden_host', `the door answers to 127.0.0.1:${port} and localhost:${port} only`);
    return { kind: 'refused', answer };
  }
  const varying = { vary: 'Origin' };
  if (origin === undefined) return { kind: 'welcome', headers: varying };
  if (!origins.includes(origin)) {
    const answer = problem('forbidden_origin', 'pages of this origin have no business here; the console has', varying);
    return { kind: 'refused', answer };
  }
  const allowed = {
    ...varying,
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'Retry-After',
  };
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) {
    return { kind: 'welcome', headers: allowed };
  }
  const preflight = {
    ...allowed,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type, x-stack-key',
    'access-control-max-age': String(PREFLIGHT_KEPT_S),
  };
  return { kind: 'preflight', headers: preflight };
};
