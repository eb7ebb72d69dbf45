import type { Role } from '@tiffin/contracts/claims';
import { type Problem, problem } from '@tiffin/contracts/problem';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import { io, type Socket } from 'socket.io-client';
import type * as z from 'zod';

export type ServiceUrls = Readonly<Record<'restaurant' | 'rider' | 'realtime' | 'utils' | 'razorpay', string>>;

export type Answer<Body> =
  | { readonly kind: 'answered'; readonly body: Body }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  /** Nobody answered, or something broke over there: worth another try. */
  | { readonly kind: 'no-answer' };

/** One person with a token, at the public doors. There is no other way into a service. */
export type Visitor = {
  readonly sub: string;
  ask<Body>(
    method: string,
    service: keyof ServiceUrls,
    path: string,
    reply: z.ZodType<Body>,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** Asks until somebody answers or refuses, or the city closes. */
  insist<Body>(
    method: string,
    service: keyof ServiceUrls,
    path: string,
    reply: z.ZodType<Body>,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** A socket that comes back by itself, until the city closes or the returned function hangs up. */
  listen(hears: Readonly<Record<string, (payload: unknown) => void>>): () => void;
};

export type Doors = { visitor(role: Role, sub: string, name: string): Visitor };

const TOKEN_S = 6 * 3_600;
const REQUEST_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 3_000;

export const createDoors = ({
  urls,
  jwtSecret,
  closing,
}: {
  urls: ServiceUrls;
  jwtSecret: string;
  closing: AbortSignal;
}): Doors => {
  // One listener for all the city's people: hundreds on one signal would look like, and with those who left be, a leak.
  const requests = new Set<AbortController>();
  const sockets = new Set<Socket>();
  const close = () => {
    for (const request of requests) request.abort();
    for (const socket of sockets) socket.close();
  };
  closing.addEventListener('abort', close, { once: true });

  const visitor: Doors['visitor'] = (role, sub, name) => {
    const token = signUserToken({ secret: jwtSecret, sub, role, name, ttlSeconds: TOKEN_S });

    const ask: Visitor['ask'] = async (method, service, path, reply, body, headers = {}) => {
      if (closing.aborted) return { kind: 'no-answer' };
      const request = new AbortController();
      requests.add(request);
      const timer = setTimeout(() => request.abort(), REQUEST_TIMEOUT_MS);
      try {
        const response = await fetch(`${urls[service]}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: request.signal,
        });
        const text = await response.text();
        const json: unknown = text === '' ? undefined : JSON.parse(text);
        if (response.ok) return { kind: 'answered', body: reply.parse(json) };
        if (response.status >= 500 || response.status === 429) return { kind: 'no-answer' };
        return { kind: 'refused', status: response.status, code: codeOf(problem.safeParse(json).data) };
      } catch {
        return { kind: 'no-answer' };
      } finally {
        clearTimeout(timer);
        requests.delete(request);
      }
    };

    return {
      sub,
      ask,
      insist: async (...question) => {
        for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
          const answer = await ask(...question);
          if (answer.kind !== 'no-answer' || closing.aborted) return answer;
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      },
      listen: (hears) => {
        if (closing.aborted) return () => undefined;
        const socket = io(urls.realtime, { transports: ['websocket'], auth: { token }, forceNew: true });
        sockets.add(socket);
        for (const [event, hear] of Object.entries(hears)) socket.on(event, hear);
        socket.on('disconnect', (reason) => {
          if (reason !== 'io server disconnect') return;
          // The library does not come back by itself after the server hung up, as it does when it drains.
          const comeBack = () => {
            if (sockets.has(socket) && !closing.aborted) socket.connect();
          };
          setTimeout(comeBack, FIRST_PAUSE_MS);
        });
        return () => {
          sockets.delete(socket);
          socket.close();
        };
      },
    };
  };
  return { visitor };
};

const codeOf = (said: Problem | undefined) => said?.code ?? 'unknown';
