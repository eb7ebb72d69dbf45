import { type ReadonlySignal, signal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';

type LinkState = 'connecting' | 'live' | 'away' | 'refused';

export type SessionSocket = {
  readonly socket: Socket;
  readonly state: ReadonlySignal<LinkState>;
  /** Why it is refused or away, in words. */
  readonly reason: ReadonlySignal<string>;
};

/** A socket of one person, not connected yet: it shows its newest token at each connection, tells how it stands and comes back by itself. */
export const createSessionSocket = ({ url, token }: { url: string; token: () => string }): SessionSocket => {
  const state = signal<LinkState>('connecting');
  const reason = signal('');
  const socket: Socket = io(url, {
    autoConnect: false,
    // Several people may be signed in on one page: no connection may be shared.
    forceNew: true,
    transports: ['websocket'],
    auth: (give) => give({ token: token() }),
    reconnectionDelay: 300,
    reconnectionDelayMax: 3_000,
  });
  socket.on('connect', () => {
    state.value = 'live';
    reason.value = '';
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
  return { socket, state, reason };
};
