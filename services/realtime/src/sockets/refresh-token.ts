import { isAuthFailure, type TokenVerifier } from '@tiffin/platform/auth/tokens';
import { SECOND } from '@tiffin/platform/clock';
import type { LiveSocket } from './live-socket.ts';
import { type Reply, refusal } from './receive.ts';
import type { SessionExpiry } from './session-expiry.ts';

/**
 * auth:refresh: a newer token keeps the socket alive. Only of the same person in the same role: rooms were given by the first token, so
 * another one's would stay in them.
 */
export const refreshToken =
  ({ verifier, expiry }: { verifier: TokenVerifier; expiry: SessionExpiry }) =>
  (socket: LiveSocket, { token }: { token: string }, reply: Reply) => {
    const claims = verifier.verifyUser(token);
    if (isAuthFailure(claims)) return reply(refusal('unauthenticated'));
    const { sub, role, exp } = socket.data.claims;
    if (claims.sub !== sub || claims.role !== role) return reply(refusal('forbidden'));
    // An older token sent late must not shorten what a newer one gave.
    if (claims.exp >= exp) {
      socket.data.claims = claims;
      socket.data.token = token;
      expiry.follow(socket);
    }
    reply({ ok: true, expiresAt: new Date(socket.data.claims.exp * SECOND).toISOString() });
  };
