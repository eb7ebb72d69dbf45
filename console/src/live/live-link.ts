import { type ReadonlySignal, signal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';

export type LinkState = 'connecting' | 'live' | 'away' | 'refused';

/** The socket of an admin: joined to operations' room by the server. Comes back by itself. */
export type LiveLink = {
  readonly state: ReadonlySignal<LinkState>;
  /** Why it is refused or away, in words. */
  readonly reason: ReadonlySignal<string>;
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
  const state = signal<LinkState>('connecting');
  const reason = signal('');
  const socket: Socket = io(url, {
    autoConnect: false,
    transports: ['websocket'],
    auth: (give) => give({ token: token() }),
    reconnectionDelay: 300,
    reconnectionDelayMax: 3_000,
  });
  socket.on('connect', () => {
    state.value = 'live';
    reason.value = '';
    onConnect();
  });
  socket.on('disconnect', (why) => {
    state.value = 'away';
    reason.value = why;
    // Only when the server ended the session does the client not come back by itself.
    if (why === 'io server disconnect') socket.connect();
  });
  socket.on('connect_error', (error) => {
    // A refusal ends socket.io's own tries; a server that is away does not.
    state.value = socket.active ? 'away' : 'refused';
    reason.value = error.message;
  });
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
