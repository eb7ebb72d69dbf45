import { problem } from '@tiffin/contracts/problem';
import type * as z from 'zod';
import type { ServiceTokens } from '../auth/tokens.ts';
import { ServiceUnavailable } from './service-unavailable.ts';

const FIRST_FAULT = 500;
const TOO_MANY = 429;

export type ServiceReply<Body> = { ok: true; body: Body } | { ok: false; status: number; code: string };

export type ServiceClient = {
  /** Asks for a path. A refusal (4xx) is a value; no answer, a 5xx, 429 or a body unlike `reply` throws ServiceUnavailable. */
  get<Body>(
    path: string,
    reply: z.ZodType<Body>,
    more?: { traceparent?: string | undefined },
  ): Promise<ServiceReply<Body>>;
};

/**
 * Asks another service under our own name. The address is fixed at the start and redirects are not followed, so no data can
 * lead a request elsewhere; `timeoutMs` covers the whole answer.
 */
export const createServiceClient = ({
  baseUrl,
  tokens,
  audience,
  timeoutMs,
}: {
  baseUrl: string;
  tokens: Pick<ServiceTokens, 'issue'>;
  /** The service asked, as messages name it. */
  audience: string;
  timeoutMs: number;
}): ServiceClient => {
  const base = baseUrl.replace(/\/+$/, '');

  const ask = async (path: string, traceparent: string | undefined) => {
    if (!path.startsWith('/')) throw new Error('a path below the base address starts with /');
    try {
      const response = await fetch(base + path, {
        headers: {
          Authorization: `Bearer ${tokens.issue()}`,
          Accept: 'application/json',
          ...(traceparent !== undefined && { traceparent }),
        },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      return { status: response.status, ok: response.ok, body };
    } catch (error) {
      throw new ServiceUnavailable(audience, reasonOf(error, timeoutMs));
    }
  };

  return {
    async get(path, reply, { traceparent } = {}) {
      const { ok, status, body } = await ask(path, traceparent);
      if (status >= FIRST_FAULT || status === TOO_MANY) throw new ServiceUnavailable(audience, `it answered ${status}`);
      if (!ok) {
        const refusal = problem.safeParse(body);
        return { ok: false, status, code: refusal.success ? refusal.data.code : 'unknown' };
      }
      const parsed = reply.safeParse(body);
      if (!parsed.success)
        throw new ServiceUnavailable(audience, 'its answer has another form than agreed', parsed.error);
      return { ok: true, body: parsed.data };
    },
  };
};

/** Why nobody answered, in a few words: the code of the system (ECONNREFUSED, ENOTFOUND …) where there is one. */
const reasonOf = (error: unknown, timeoutMs: number): string => {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  if (error instanceof SyntaxError) return 'its answer is not JSON';
  // fetch says only "fetch failed" or "terminated"; what happened is in the cause.
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
};
