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
    const { rooms: listeners, sids: roomsOf } = io.of('/').adapter;
    const told = new Set<string>();
    // Only rooms that share a socket with these: to except all that were told would make a wave of n offers n² look-ups.
    const toldAmong = (rooms: readonly string[]): string[] => {
      const shared = new Set<string>();
      if (told.size === 0) return [];
      for (const room of rooms)
        for (const socket of listeners.get(room) ?? [])
          for (const other of roomsOf.get(socket) ?? [])
            if (told.has(other) && !rooms.includes(other)) shared.add(other);
      return [...shared];
    };
    const messages = new Map<object, { event: PushName; rooms: string[] }>();
    for (const { room, event, payload } of pushes) {
      if (!listeners.has(room)) continue;
      const message = messages.get(payload);
      if (message) message.rooms.push(room);
      else messages.set(payload, { event, rooms: [room] });
    }
    for (const [payload, { event, rooms }] of messages) {
      io.to(rooms).except(toldAmong(rooms)).emit(event, payload);
      pushed(event);
      for (const room of rooms) told.add(room);
    }
  };
