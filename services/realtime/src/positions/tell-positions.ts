import type { RiderPosition } from '@tiffin/contracts/rider-events';
import { positionPushes } from '../pushes/push-table.ts';
import { backlogOf, takesPositions } from '../sockets/backlog.ts';
import type { LiveServer, LiveSocket } from '../sockets/live-socket.ts';
import type { LatestPositions } from './latest-positions.ts';
import type { PositionSlots, PositionTaker } from './position-slots.ts';

export type TellPositions = (points: readonly RiderPosition[]) => void;

/** RIDER_LOCATIONS: the newest position of each trip goes to those who watch it, as often and as soon as each of them can take it. */
export const tellPositions = ({
  io,
  latest,
  slots,
  pushed,
}: {
  io: LiveServer;
  latest: LatestPositions;
  slots: PositionSlots;
  pushed: (event: 'rider:location') => void;
}): TellPositions => {
  const { adapter, sockets } = io.of('/');

  const takerOf = (socket: LiveSocket): PositionTaker => ({
    id: socket.id,
    takesPositions: () => takesPositions(backlogOf(socket)),
    send: (payload) => {
      socket.emit('rider:location', payload);
      pushed('rider:location');
    },
  });

  return (points) => {
    for (const point of points) {
      if (!latest.note(point)) continue;
      const key = point.orderId ?? point.riderId;
      const version = `${point.riderId} ${point.seq}`;
      for (const { room, payload } of positionPushes(point)) {
        for (const id of adapter.rooms.get(room) ?? []) {
          const socket = sockets.get(id);
          if (socket) slots.put(takerOf(socket), key, version, payload);
        }
      }
    }
  };
};
