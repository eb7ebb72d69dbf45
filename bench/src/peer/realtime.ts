import { createServer } from 'node:http';
import { createTokenVerifier, isAuthFailure } from '@tiffin/platform/auth/tokens';
import { Server } from 'socket.io';
import { createPeerApp, internal, listenPeer } from './peer-http.ts';
import type { PeerSettings } from './peer-settings.ts';

/** Sockets of the stand-in: a room for each person, and a door through which the other services push. */
export const startPeerRealtime = async (settings: PeerSettings): Promise<number> => {
  const verifier = createTokenVerifier({ secret: settings.JWT_SECRET });
  const app = createPeerApp();
  const server = createServer(app);
  const io = new Server(server, { cors: { origin: '*' } });

  io.use((socket, next) => {
    const claims = verifier.verifyUser(String(socket.handshake.auth.token));
    if (isAuthFailure(claims)) return next(new Error('unauthorized'));
    socket.data.claims = claims;
    next();
  });
  io.on('connection', (socket) => {
    const { sub, role } = socket.data.claims;
    void socket.join(`user:${sub}`);
    if (role === 'restaurant') void socket.join(`restaurant:${sub}`);
  });
  app.post('/api/v1/internal/emit', internal(settings.INTERNAL_KEY), ({ body }, response) => {
    io.to(body.room).emit(body.event, body.payload);
    response.json({ success: true });
  });
  return listenPeer(server, Number(settings.PORT));
};
