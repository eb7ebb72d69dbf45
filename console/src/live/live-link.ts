import { createSessionSocket, type SessionSocket } from './session-socket.ts';

/** The socket of an admin: joined to operations' room by the server. Comes back by itself. */
export type LiveLink = Pick<SessionSocket, 'state' | 'reason'> & {
  /** Hears one kind of push, from now until the returned function is called. */
  on(event: string, hear: (payload: unknown) => void): () => void;
  open(): void;
  close(): void;
};

/** `onConnect` runs at each new connection: what was pushed meanwhile has been missed and must be read. */
export const createLiveLink = ({
  url,
  token,
  onConnect,
}: {
  url: string;
  token: () => string;
  onConnect: () => void;
}): LiveLink => {
  const { socket, state, reason } = createSessionSocket({ url, token });
  socket.on('connect', onConnect);
  return {
    state,
    reason,
    on: (event, hear) => {
      socket.on(event, hear);
      return () => socket.off(event, hear);
    },
    open: () => void socket.connect(),
    close: () => void socket.disconnect(),
  };
};
