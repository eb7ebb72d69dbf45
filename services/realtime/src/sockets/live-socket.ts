import type { UserClaims } from '@tiffin/contracts/claims';
import type { PushName } from '@tiffin/contracts/pushes';
import type { DefaultEventsMap, Server, Socket } from 'socket.io';

/** Payloads are made by the push table; what goes through the emit door goes out as it came. */
export type Pushed = Record<PushName, (payload: unknown) => void>;

/** What we know of a socket. The claims come from a verified token and from nowhere else. */
export type SocketFacts = {
  claims: UserClaims;
  token: string;
  /** The restaurants this person owns, as far as the restaurant service has said. */
  restaurantIds: Set<string>;
};

export type LiveSocket = Socket<DefaultEventsMap, Pushed, DefaultEventsMap, SocketFacts>;
export type LiveServer = Server<DefaultEventsMap, Pushed, DefaultEventsMap, SocketFacts>;
