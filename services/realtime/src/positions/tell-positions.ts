import type { RiderPosition } from '@tiffin/contracts/rider-events';
import { OPS_ROOM } from '../pushes/push.ts';
import { seenByOps, tripPushes } from '../pushes/push-table.ts';
import { backlogOf, takesPositions } from '../sockets/backlog.ts';
import type { LiveServer, LiveSocket } from '../sockets/live-socket.ts';
import type { LatestPositions } from './latest-positions.ts';
import type { NewestPosition, PositionSlots, PositionTaker } from './position-slots.ts';

/** Positions in one message to operations: about 100 KB, well under what a socket may hold back. */
const MOST_POINTS = 500;

export type TellPositions = (points: readonly RiderPosition[]) => void;

/**
 * RIDER_LOCATIONS: the newest position of each trip goes to those who watch it, and that of every rider to operations, as often and as
 * soon as each of them can take it.
 */
export const tellPositions = ({
  io,
  latest,
  slots,
  pushed,
}: {
  io: LiveServer;
  latest: LatestPositions;
  slots: PositionSlots;
  pushed: (event: 'rider:location' | 'riders:locations') => void;
}): TellPositions => {
  const { adapter, sockets } = io.of('/');

  const takerOf = (socket: LiveSocket): PositionTaker => ({
    id: socket.id,
    takesPositions: () => takesPositions(backlogOf(socket)),
    send: (audience, payloads) => {
      if (audience === 'trip') {
        for (const payload of payloads) {
          socket.emit('rider:location', payload);
          pushed('rider:location');
        }
        return;
      }
      for (let from = 0; from < payloads.length; from += MOST_POINTS) {
        socket.emit('riders:locations', { points: payloads.slice(from, from + MOST_POINTS) });
        pushed('riders:locations');
      }
    },
  });

  const put = (room: string, newest: NewestPosition): void => {
    for (const id of adapter.rooms.get(room) ?? []) {
      const socket = sockets.get(id);
      if (socket) slots.put(takerOf(socket), newest);
    }
  };

  return (points) => {
    for (const point of points) {
      if (!latest.note(point)) continue;
      const { riderId, orderId = '' } = point;
      const version = `${riderId} ${point.seq}`;
      for (const { room, payload } of tripPushes(point)) {
        put(room, { audience: 'trip', key: orderId, version, payload });
      }
      put(OPS_ROOM, { audience: 'city', key: riderId, version, payload: seenByOps(point) });
    }
    slots.flush();
  };
};
