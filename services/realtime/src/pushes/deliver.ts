import type { PushName } from '@tiffin/contracts/pushes';
import type { LiveServer } from '../sockets/live-socket.ts';
import type { RoomPush } from './push.ts';

export type Deliver = (pushes: readonly RoomPush[]) => void;

/**
 * Sends pushes to their rooms at once, in the tick in which their event arrived. A socket hears one event once, whatever rooms it is in:
 * pushes with the same payload are one message, and who was told by an earlier one of the list is not told again.
 */
export const createDeliver =
  ({ io, pushed }: { io: LiveServer; pushed: (event: PushName) => void }): Deliver =>
  (pushes) => {
    const { rooms: listeners } = io.of('/').adapter;
    const told: string[] = [];
    const messages = new Map<object, { event: PushName; rooms: string[] }>();
    for (const { room, event, payload } of pushes) {
      if (!listeners.has(room)) continue;
      const message = messages.get(payload);
      if (message) message.rooms.push(room);
      else messages.set(payload, { event, rooms: [room] });
    }
    for (const [payload, { event, rooms }] of messages) {
      const others = told.filter((room) => !rooms.includes(room));
      io.to(rooms).except(others).emit(event, payload);
      pushed(event);
      told.push(...rooms);
    }
  };
