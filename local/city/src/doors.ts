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
  /** A socket that comes back by itself, until the city closes. */
  listen(): Socket;
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
}): Doors => ({
  visitor: (role, sub, name) => {
    const token = signUserToken({ secret: jwtSecret, sub, role, name, ttlSeconds: TOKEN_S });

    const ask: Visitor['ask'] = async (method, service, path, reply, body, headers = {}) => {
      try {
        const response = await fetch(`${urls[service]}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.any([closing, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
        });
        const text = await response.text();
        const json: unknown = text === '' ? undefined : JSON.parse(text);
        if (response.ok) return { kind: 'answered', body: reply.parse(json) };
        if (response.status >= 500 || response.status === 429) return { kind: 'no-answer' };
        return { kind: 'refused', status: response.status, code: codeOf(problem.safeParse(json).data) };
      } catch {
        return { kind: 'no-answer' };
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
      listen: () => {
        const socket = io(urls.realtime, { transports: ['websocket'], auth: { token }, forceNew: true });
        socket.on('disconnect', (reason) => {
          // The library does not come back by itself after the server hung up, as it does when it drains.
          if (reason === 'io server disconnect' && !closing.aborted) setTimeout(() => socket.connect(), FIRST_PAUSE_MS);
        });
        closing.addEventListener('abort', () => socket.close(), { once: true });
        return socket;
      },
    };
  },
});

const codeOf = (said: Problem | undefined) => said?.code ?? 'unknown';
