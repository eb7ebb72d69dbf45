import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isAuthFailure, type ServiceTokens, type TokenVerifier } from '../auth/tokens.ts';
import type { Principal, Who } from './principal.ts';
import { type Failure, problem } from './reply.ts';

const SHORTEST_KEY_BYTES = 32;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const ANYONE: Principal = { kind: 'anyone' };

const unauthenticated = (detail: string): Failure =>
  problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } });

const NO_TOKEN = unauthenticated('Send one header: Authorization: Bearer <token>.');
const BAD_TOKEN = unauthenticated('The token is not valid.');
const EXPIRED_TOKEN = unauthenticated('The token has expired.');
const WRONG_ROLE = problem('forbidden', 'Your role may not do this.');

/** The token of the one Authorization header. Node keeps the first of several silently; two are nobody's. */
const bearerToken = (request: IncomingMessage): string | undefined => {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const raw = request.rawHeaders;
  let seen = 0;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') seen += 1;
  }
  return seen === 1 ? BEARER.exec(header)?.[1] : undefined;
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A comparison that takes the same time for every wrong key. No key given means no key is right. */
const internalKeyCheck = (key: string | undefined): ((request: IncomingMessage) => boolean) => {
  if (key === undefined) return () => false;
  if (Buffer.byteLength(key) < SHORTEST_KEY_BYTES) {
    throw new Error(`the internal key needs at least ${SHORTEST_KEY_BYTES} bytes`);
  }
  const expected = digest(key);
  return (request) => {
    const given = request.headers['x-internal-key'];
    return typeof given === 'string' && timingSafeEqual(digest(given), expected);
  };
};

export type Authenticate = (request: IncomingMessage) => Principal | Failure;

/** Makes, for each route's `who`, the check that tells its caller or refuses: 401 unknown, 403 known but not allowed. */
export const createAuthentication = ({
  verifier,
  serviceTokens,
  internalKey,
}: {
  verifier: TokenVerifier;
  serviceTokens: ServiceTokens;
  internalKey?: string | undefined;
}): ((who: Who) => Authenticate) => {
  const holdsInternalKey = internalKeyCheck(internalKey);

  const service: Authenticate = (request) => {
    if (holdsInternalKey(request)) return { kind: 'internal-key' };
    const token = bearerToken(request);
    if (token === undefined) return NO_TOKEN;
    const claims = serviceTokens.verify(token);
    return isAuthFailure(claims) ? BAD_TOKEN : { kind: 'service', claims };
  };

  const person: Authenticate = (request) => {
    const token = bearerToken(request);
    if (token === undefined) return NO_TOKEN;
    const claims = verifier.verifyUser(token);
    if (isAuthFailure(claims)) return claims.failure === 'expired' ? EXPIRED_TOKEN : BAD_TOKEN;
    const { sub: userId, role, name } = claims;
    return { kind: 'user', userId, role, ...(name !== undefined && { name }), claims };
  };

  return (who) => {
    if (who === 'anyone') return () => ANYONE;
    if (who === 'service') return service;
    if (who === 'signed-in') return person;
    const roles: readonly string[] = who;
    return (request) => {
      const principal = person(request);
      return principal.kind === 'user' && !roles.includes(principal.role) ? WRONG_ROLE : principal;
    };
  };
};
