import {
  type Role,
  type ServiceClaims,
  type ServiceName,
  serviceClaims,
  type UserClaims,
  userClaims,
} from '@tiffin/contracts/claims';
import jwt from 'jsonwebtoken';
import { type Clock, SECOND, systemClock } from '../clock.ts';
import { publicVerificationKey, secretKey } from './keys.ts';
import { type AuthFailure, createTokenCheck } from './verify-token.ts';

export type { AuthFailure };

const LONGEST_USER_TOKEN_S = 24 * 3_600;
const LONGEST_SERVICE_TOKEN_S = 60;
/** A cached service token is renewed when less than this is left, so that none expires on its way. */
const RENEW_SERVICE_TOKEN_BEFORE_S = 15;

export const isAuthFailure = (result: object): result is AuthFailure => 'failure' in result;

export type TokenVerifier = { verifyUser(token: string): UserClaims | AuthFailure };

/** The secret shared with whoever issues tokens (newest first, the older ones during a rotation), or their public key. */
type VerificationKey = { secret: string | readonly [string, ...string[]] } | { publicKey: string };

/**
 * Checks the tokens of people (contracts: identity). Never throws: whatever is wrong is an AuthFailure, for the door to
 * answer 401. `revoked` is asked at every use, so a deny-list takes effect at once.
 */
export const createTokenVerifier = ({
  now = systemClock,
  revoked = () => false,
  ...given
}: VerificationKey & { now?: Clock; revoked?: (claims: UserClaims) => boolean }): TokenVerifier => {
  const claims = userClaims;
  const options = { claims, longestLifeSeconds: LONGEST_USER_TOKEN_S, now };
  const check = (() => {
    if ('publicKey' in given) {
      const { key, algorithm } = publicVerificationKey(given.publicKey);
      return createTokenCheck({ ...options, keys: [key], algorithm });
    }
    const [newest, ...older] = typeof given.secret === 'string' ? ([given.secret] as const) : given.secret;
    return createTokenCheck({ ...options, keys: [secretKey(newest), ...older.map(secretKey)], algorithm: 'HS256' });
  })();
  return {
    verifyUser(token) {
      const verified = check(token);
      return !isAuthFailure(verified) && revoked(verified) ? { failure: 'revoked' } : verified;
    },
  };
};

/** Signs a token as people carry it. For the accounts of this product, for development and for tests. */
export const signUserToken = ({
  secret,
  sub,
  role,
  name,
  ttlSeconds,
  jti,
  now = systemClock,
}: {
  secret: string;
  sub: string;
  role: Role;
  name?: string | undefined;
  ttlSeconds: number;
  jti?: string | undefined;
  now?: Clock;
}): string => {
  const iat = Math.floor(now().getTime() / SECOND);
  // Parsed on the way out too: a token we would refuse is never handed to anybody.
  const claims = userClaims.parse({ sub, role, name, iss: 'tiffin', aud: 'tiffin', iat, exp: iat + ttlSeconds, jti });
  return jwt.sign(claims, secretKey(secret), { algorithm: 'HS256', header: { alg: 'HS256', typ: 'at+jwt' } });
};

export type ServiceTokens = {
  /** A token of at most 60 s that says who calls; the same one until little of it is left. */
  issue(): string;
  verify(token: string): ServiceClaims | AuthFailure;
};

/** Tokens one service shows another. `verify` never throws and accepts a token only under its caller's own name. */
export const createServiceTokens = ({
  secret,
  name,
  now = systemClock,
}: {
  secret: string;
  name: ServiceName;
  now?: Clock;
}): ServiceTokens => {
  const key = secretKey(secret);
  const check = createTokenCheck({
    keys: [key],
    algorithm: 'HS256',
    claims: serviceClaims.refine(({ iss, sub }) => iss === sub),
    longestLifeSeconds: LONGEST_SERVICE_TOKEN_S,
    now,
  });
  let issued = { token: '', renewAt: 0 };
  return {
    issue() {
      const iat = Math.floor(now().getTime() / SECOND);
      if (iat < issued.renewAt) return issued.token;
      const claims: ServiceClaims = {
        sub: name,
        role: 'service',
        iss: name,
        aud: 'tiffin-internal',
        iat,
        exp: iat + LONGEST_SERVICE_TOKEN_S,
      };
      const token = jwt.sign(claims, key, { algorithm: 'HS256', header: { alg: 'HS256', typ: 'at+jwt' } });
      issued = { token, renewAt: claims.exp - RENEW_SERVICE_TOKEN_BEFORE_S };
      return token;
    },
    verify: check,
  };
};
