import { SECOND } from '@tiffin/platform/clock';
import type { LiveSocket } from './live-socket.ts';
import type { TimerWheel } from './timer-wheel.ts';

const WARNED_BEFORE_S = 60;
/** Time to fetch another token after the last second of this one. */
const GRACE_S = 25;

export type SessionExpiry = {
  /** Counts from the token the socket holds now; called again it forgets the token before. */
  follow(socket: LiveSocket): void;
};

/** A socket lives as long as its token: warned a minute before the end, cut off 25 s after it. */
export const createSessionExpiry = ({ wheel }: { wheel: TimerWheel }): SessionExpiry => {
  const stops = new WeakMap<LiveSocket, () => void>();

  return {
    follow(socket) {
      if (stops.has(socket)) stops.get(socket)?.();
      else socket.once('disconnect', () => stops.get(socket)?.());
      const { exp } = socket.data.claims;
      const expiresAt = new Date(exp * SECOND).toISOString();
      const stopWarning = wheel.at(exp - WARNED_BEFORE_S, () => socket.emit('auth:expiring', { expiresAt }));
      // A disconnect by us is not followed by a reconnect: without a new token that would be in vain.
      const stopEnd = wheel.at(exp + GRACE_S, () => socket.disconnect(true));
      stops.set(socket, () => {
        stopWarning();
        stopEnd();
      });
    },
  };
};
