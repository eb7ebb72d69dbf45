import { ipKeyGenerator, MemoryStore, rateLimit } from 'express-rate-limit';
import { SECOND } from '../clock.ts';
import { type Principal, principalKey } from './principal.ts';

const WINDOW_S = 2;

export type LimitDecision = { allowed: boolean; headers: Readonly<Record<string, string>>; retryAfterSeconds: number };

export type RateLimiter = {
  /** Counts one request of a principal, or of an address when nobody is known. */
  count(principal: Principal, address: () => string | undefined): Promise<LimitDecision>;
  close(): void;
};

/**
 * At most `2 * rps` requests in 2 s for each person, or for each address (IPv6: each /56) while no token says who it is.
 * Headers: IETF draft-ietf-httpapi-ratelimit-headers-08. Counts are this process's own.
 */
export const createRateLimiter = ({ rps }: { rps: number }): RateLimiter => {
  const limit = rps * WINDOW_S;
  const policyName = `"${limit}-in-${WINDOW_S}sec"`;
  const policy = `${policyName}; q=${limit}; w=${WINDOW_S}`;
  const store = new MemoryStore();
  // The middleware sets the store up, then rests: it costs twenty times what counting does (a hash for a header nobody needs)
  // and answers 429 in HTML.
  rateLimit({ windowMs: WINDOW_S * SECOND, store });
  return {
    async count(principal, address) {
      const key = principalKey(principal, principal.kind === 'anyone' ? ipKeyGenerator(address() ?? '') : '');
      const { totalHits, resetTime } = await store.increment(key);
      const left = resetTime ? Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / SECOND)) : WINDOW_S;
      return {
        allowed: totalHits <= limit,
        retryAfterSeconds: left,
        headers: {
          'RateLimit-Policy': policy,
          RateLimit: `${policyName}; r=${Math.max(0, limit - totalHits)}; t=${left}`,
        },
      };
    },
    close: () => store.shutdown(),
  };
};
