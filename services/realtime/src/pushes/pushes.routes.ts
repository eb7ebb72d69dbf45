import { emit, emitReply, isPushName } from '@tiffin/contracts/pushes';
import { ok } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import type { LiveServer } from '../sockets/live-socket.ts';
import type { Deliver } from './deliver.ts';
import { createRememberedIds } from './remembered-ids.ts';

/** The door for a push by hand. Only services, only known events, only rooms of the grammar; an `eventId` is pushed once. */
export const pushRoutes = ({ io, deliver }: { io: LiveServer; deliver: Deliver }) => {
  const eventIds = createRememberedIds();
  return [
    route({
      method: 'post',
      path: '/api/v1/internal/emit',
      summary: 'Pushes one event to a room of this node.',
      who: 'service',
      body: emit,
      replies: { 200: emitReply },
      handle: async ({ body: { event, room, payload, eventId } }) => {
        if (eventId !== undefined && !eventIds.isNew(eventId)) return ok({ delivered: 0 });
        const delivered = io.of('/').adapter.rooms.get(room)?.size ?? 0;
        // `emit` has checked the name; the payload goes out as it came, also when it is no object.
        if (isPushName(event)) deliver([{ room, event, payload: payload as object }]);
        return ok({ delivered });
      },
    }),
  ];
};
