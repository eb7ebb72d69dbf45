import { handshakeAuth } from '@tiffin/contracts/pushes';
import { isAuthFailure, type TokenVerifier } from '@tiffin/platform/auth/tokens';
import type { LiveSocket } from './live-socket.ts';
import { SocketError } from './socket-error.ts';

const MOST_SOCKETS_A_USER = 5;

/**
 * Lets a socket in by the token in `auth` (one in the query would stand in every log on the way, and is not looked at), five of a
 * person at most. A refusal is a `connect_error` with `data.code`.
 */
export const createSignIn = ({ verifier }: { verifier: TokenVerifier }) => {
  const counts = new Map<string, number>();

  const count = (userId: string, change: 1 | -1) => {
    const next = (counts.get(userId) ?? 0) + change;
    if (next > 0) counts.set(userId, next);
    else counts.delete(userId);
  };

  return (socket: LiveSocket, next: (error?: Error) => void) => {
    const auth = handshakeAuth.safeParse(socket.handshake.auth);
    if (!auth.success) return next(new SocketError('unauthenticated', 'Connect with auth: { token }.'));
    const claims = verifier.verifyUser(auth.data.token);
    if (isAuthFailure(claims)) {
      const expired = claims.failure === 'expired';
      return next(new SocketError('unauthenticated', expired ? 'The token has expired.' : 'The token is not valid.'));
    }
    if ((counts.get(claims.sub) ?? 0) >= MOST_SOCKETS_A_USER) {
      return next(new SocketError('too_many_requests', `A user may have ${MOST_SOCKETS_A_USER} sockets at once.`));
    }
    // Counted on the connection, whose close always comes; a socket that is never finished has no disconnect.
    count(claims.sub, 1);
    socket.conn.once('close', () => count(claims.sub, -1));
    socket.data.claims = claims;
    socket.data.token = auth.data.token;
    socket.data.restaurantIds = new Set();
    next();
  };
};
