import { SECOND } from '@tiffin/platform/clock';
import type { LiveServer } from './live-socket.ts';

/** All at once, a fleet of clients would meet the next server within the same second. */
const SPREAD_MS = 2 * SECOND;
const SLICES = 20;

/** Tells every socket that this server goes away, then cuts them off in slices of 5 %; each reconnects by itself, elsewhere. */
export const drainSockets = async (
  io: LiveServer,
  { pause, random }: { pause: (ms: number) => Promise<void>; random: () => number },
): Promise<void> => {
  const sockets = [...io.of('/').sockets.values()];
  for (const socket of sockets) socket.emit('server:drain', { retryInMs: Math.floor(random() * SPREAD_MS) });
  const size = Math.ceil(sockets.length / SLICES);
  for (let at = 0; at < sockets.length; at += size) {
    if (at > 0) await pause(SPREAD_MS / SLICES);
    // Cut, not disconnected: a client that was disconnected by its server stays away.
    for (const socket of sockets.slice(at, at + size)) socket.conn.close();
  }
};
