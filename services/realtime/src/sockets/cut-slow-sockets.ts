import { backlogOf, cutOff, isHopeless } from './backlog.ts';
import type { LiveServer } from './live-socket.ts';

/**
 * Cuts off sockets with more than 1 MB waiting. The connection is cut, not the session ended: after the latter a client would stay away,
 * after the former it reconnects by itself and resumes with `since`.
 */
export const cutSlowSockets = (io: LiveServer): number => {
  let cut = 0;
  for (const socket of io.of('/').sockets.values()) {
    if (!isHopeless(backlogOf(socket))) continue;
    cutOff(socket);
    cut += 1;
  }
  return cut;
};
