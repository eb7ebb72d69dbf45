import { requests } from '@tiffin/contracts/pushes';
import type { TokenVerifier } from '@tiffin/platform/auth/tokens';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { watchOrder } from '../orders/watch-order.ts';
import type { PositionSlots } from '../positions/position-slots.ts';
import { reportRiderLocations } from '../positions/report-locations.ts';
import type { ReportLocations } from '../positions/rider-locations.ts';
import { OPS_ROOM, orderRoom, userRoom } from '../pushes/push.ts';
import type { RestaurantRooms } from '../restaurants/restaurant-rooms.ts';
import type { LiveServer, LiveSocket } from './live-socket.ts';
import { type RequestHandler, receive, request } from './receive.ts';
import { refreshToken } from './refresh-token.ts';
import { createSessionExpiry } from './session-expiry.ts';
import { createSignIn } from './sign-in.ts';
import type { TimerWheel } from './timer-wheel.ts';
import { watchingSocket } from './watching-socket.ts';

/** The whole surface of sockets: how one comes in, which rooms its token gives it, and what it may ask. */
export const acceptSockets = ({
  io,
  verifier,
  restaurants,
  wheel,
  slots,
  watch,
  report,
  refused,
  logger,
}: {
  io: LiveServer;
  verifier: TokenVerifier;
  restaurants: RestaurantRooms;
  wheel: TimerWheel;
  slots: PositionSlots;
  watch: ReturnType<typeof watchOrder>;
  report: ReportLocations;
  refused: (code: string) => void;
  logger: Logger;
}): void => {
  const expiry = createSessionExpiry({ wheel });

  const handlers: ReadonlyMap<string, RequestHandler> = new Map([
    [
      'order:watch',
      request(requests['order:watch'], (socket, asked, reply) => watch(watchingSocket(socket), asked, reply)),
    ],
    [
      'order:unwatch',
      request(requests['order:unwatch'], (socket, { orderId }, reply) => {
        void socket.leave(orderRoom(orderId));
        reply({ ok: true });
      }),
    ],
    ['auth:refresh', request(requests['auth:refresh'], refreshToken({ verifier, expiry }))],
    ['rider:location', request(requests['rider:location'], reportRiderLocations({ report }))],
  ]);

  const enter = (socket: LiveSocket) => {
    const { sub, role } = socket.data.claims;
    void socket.join(userRoom(sub));
    if (role === 'admin') void socket.join(OPS_ROOM);
    if (role === 'restaurant') restaurants.enter(socket);
    expiry.follow(socket);
    receive(socket, handlers, { logger, refused });
    socket.once('disconnect', () => slots.forget(socket.id));
  };

  const signIn = createSignIn({ verifier });
  io.use((socket, next) => {
    signIn(socket, (error) => {
      if (error) refused(error.name);
      next(error);
    });
  });
  io.use((socket, next) => {
    const { sub, role } = socket.data.claims;
    if (role === 'restaurant') void restaurants.prepare(sub).then(() => next());
    else next();
  });
  io.on('connection', enter);
};
