import type { reportLocations } from '@tiffin/contracts/rider-api';
import type * as z from 'zod';
import type { LiveSocket } from '../sockets/live-socket.ts';
import { type Reply, refusal } from '../sockets/receive.ts';
import type { ReportLocations } from './rider-locations.ts';

/** rider:location: the same body, rules and answer as over HTTP. Watchers hear of it only through the bus, once it was accepted. */
export const reportRiderLocations =
  ({ report }: { report: ReportLocations }) =>
  async (socket: LiveSocket, points: z.output<typeof reportLocations>, reply: Reply) => {
    if (socket.data.claims.role !== 'rider') return reply(refusal('forbidden'));
    const answer = await report(socket.data.token, points);
    switch (answer.kind) {
      case 'taken':
        return reply({ ok: true, ...answer.reply });
      case 'refused':
        return reply({ ok: false, code: answer.code });
      case 'away':
        return reply(refusal('unavailable'));
    }
  };
