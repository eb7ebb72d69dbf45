import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { SECOND } from '../clock.ts';
import { hasDuplicateMember } from './duplicate-members.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

/** Why a token was not accepted. For the log and the tests; the caller is told as little as RFC 6750 asks for. */
export type AuthFailure = { failure: 'malformed' | 'bad_signature' | 'bad_claims' | 'expired' | 'revoked' };

export type Algorithm = 'HS256' | 'RS256' | 'ES256';

/** Seconds two clocks may differ. */
const CLOCK_TOLERANCE_S = 5;
/** Characters; a token of ours has about 250. Longer ones are not worth parsing. */
const LONGEST_TOKEN = 4_096;
const REMEMBERED_TOKENS = 10_000;

const CLAIM_NAMES = new Set(['sub', 'role', 'name', 'iss', 'aud', 'iat', 'exp', 'nbf', 'jti']);

// Strict: `crit`, `kid`, `jku`, `x5u`, `jwk` and whatever comes next are refused, so nothing in a header chooses a key.
const tokenHeader = z.strictObject({ alg: z.enum(['HS256', 'RS256', 'ES256']), typ: z.literal('at+jwt') });

type TimedClaims = { iat: number; exp: number };

const decodedText = (part: string): string => Buffer.from(part, 'base64url').toString('utf8');

/** What jsonwebtoken throws, by name: only the expiry is worth telling apart. */
const failureOf = (error: unknown): AuthFailure => {
  if (error instanceof jwt.TokenExpiredError) return { failure: 'expired' };
  if (error instanceof jwt.NotBeforeError) return { failure: 'bad_claims' };
  return { failure: error instanceof jwt.JsonWebTokenError ? 'bad_signature' : 'malformed' };
};

/**
 * A check of tokens against one pinned algorithm and one or more keys (the older ones outlive a rotation). It never throws:
 * jsonwebtoken 9 answers some bad tokens with a TypeError. It also accepts a missing or endless expiry, a future `iat`, an
 * unknown `crit` and claims of any shape (auth0/node-jsonwebtoken #1032; RFC 8725), hence the checks after it.
 */
export const createTokenCheck = <Claims extends TimedClaims>({
  keys,
  algorithm,
  claims: claimsSchema,
  longestLifeSeconds,
  now,
}: {
  keys: readonly [KeyObject, ...KeyObject[]];
  algorithm: Algorithm;
  claims: z.ZodType<Claims>;
  longestLifeSeconds: number;
  now: Clock;
}): ((token: string) => Claims | AuthFailure) => {
  const verified = createVerifiedTokens<Claims>(REMEMBERED_TOKENS);

  const verifySignature = (token: string, clockTimestamp: number): jwt.Jwt | AuthFailure => {
    let failure: AuthFailure = { failure: 'bad_signature' };
    for (const key of keys) {
      try {
        return jwt.verify(token, key, {
          algorithms: [algorithm],
          complete: true,
          clockTolerance: CLOCK_TOLERANCE_S,
          clockTimestamp,
        });
      } catch (error) {
        failure = failureOf(error);
        if (failure.failure !== 'bad_signature') return failure;
      }
    }
    return failure;
  };

  const check = (token: string, nowSeconds: number): Claims | AuthFailure => {
    const decoded = verifySignature(token, nowSeconds);
    if ('failure' in decoded) return decoded;
    if (!tokenHeader.safeParse(decoded.header).success) return { failure: 'bad_claims' };
    const claims = claimsSchema.safeParse(decoded.payload);
    if (!claims.success) return { failure: 'bad_claims' };
    const { iat, exp } = claims.data;
    if (iat > nowSeconds + CLOCK_TOLERANCE_S) return { failure: 'bad_claims' };
    if (exp > nowSeconds + longestLifeSeconds + CLOCK_TOLERANCE_S) return { failure: 'bad_claims' };
    if (hasDuplicateMember(decodedText(token.split('.')[1] ?? ''), CLAIM_NAMES)) return { failure: 'bad_claims' };
    return claims.data;
  };

  return (token) => {
    if (token.length > LONGEST_TOKEN) return { failure: 'malformed' };
    const nowSeconds = Math.floor(now().getTime() / SECOND);
    const known = verified.get(token);
    if (known) {
      if (nowSeconds < known.exp + CLOCK_TOLERANCE_S) return known;
      verified.forget(token);
      return { failure: 'expired' };
    }
    try {
      const claims = check(token, nowSeconds);
      if (!('failure' in claims)) verified.put(token, claims);
      return claims;
    } catch {
      return { failure: 'malformed' };
    }
  };
};
