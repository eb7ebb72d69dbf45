import type { WatchingSocket } from '../orders/watch-order.ts';
import type { LiveSocket } from './live-socket.ts';

/** A socket as order:watch sees it: who asks, and what may be done to it. */
export const watchingSocket = (socket: LiveSocket): WatchingSocket => ({
  userId: socket.data.claims.sub,
  role: socket.data.claims.role,
  owns: (restaurantId) => socket.data.restaurantIds.has(restaurantId),
  join: (room) => {
    // A socket that is gone leaves its rooms once; one joined afterwards would keep it for ever.
    if (socket.connected) void socket.join(room);
  },
  push: ({ event, payload }) => socket.emit(event, payload),
});
