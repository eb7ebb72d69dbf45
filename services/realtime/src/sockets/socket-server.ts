import type { Server as HttpServer } from 'node:http';
import { SECOND } from '@tiffin/platform/clock';
import { Server } from 'socket.io';
import { isAllowedOrigin } from './allowed-origin.ts';
import type { LiveServer } from './live-socket.ts';

/** A legal report of 50 positions is 9.5 KB; nothing a client may send is larger. */
const LARGEST_FRAME_BYTES = 16 * 1_024;
/** How long a connection may stay without a token. */
const CONNECT_TIMEOUT_MS = 10 * SECOND;

/**
 * socket.io, websocket only; it serves once it is attached. Connection state recovery stays off: it would let a socket back in without
 * asking for its token (`skipMiddlewares`), and an order's stream is resumed by its `seq` anyway.
 */
export const createSocketServer = ({
  allowedOrigins,
  accepting,
}: {
  allowedOrigins: readonly string[];
  accepting: () => boolean;
}): LiveServer =>
  new Server({
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: LARGEST_FRAME_BYTES,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // 248 KB a socket instead of 17.
    perMessageDeflate: false,
    allowRequest: (request, decide) => {
      if (!accepting()) return decide('this server is going away; connect to another', false);
      const { origin, host } = request.headers;
      const allowed = isAllowedOrigin({ origin, host }, allowedOrigins);
      decide(allowed ? null : 'this origin may not open sockets here', allowed);
    },
  });

/** Takes websockets on an HTTP server that has its request handler already. */
export const attachSocketServer = (io: LiveServer, http: HttpServer): void => {
  io.attach(http);
  // The handshake's request is never looked at again, and is more than half of what an idle socket holds.
  io.engine.on('connection', (connection: { request: unknown }) => {
    connection.request = null;
  });
};
