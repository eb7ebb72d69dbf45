import { type ReadonlySignal, signal } from '@preact/signals';
import type { OrderId } from '@tiffin/contracts/ids';
import type { PushName } from '@tiffin/contracts/pushes';
import { io, type Socket } from 'socket.io-client';
import type * as z from 'zod';
import type { LinkState } from '../live/live-link.ts';
import { type WatchAnswer, watchAnswer } from './watch-answer.ts';

const ANSWER_MS = 5_000;

/** The socket of an app: the server puts it into the rooms its token gives, and it comes back by itself after a cut. */
export type AppLink = {
  readonly state: ReadonlySignal<LinkState>;
  /** Why it is refused or away, in words. */
  readonly reason: ReadonlySignal<string>;
  /** Hears the pushes of one name that have the shape of the contract. */
  hear<Payload>(name: PushName, shape: z.ZodType<Payload>, take: (payload: Payload) => void): void;
  /** Runs at each new connection: what was pushed meanwhile has been missed and must be asked for. */
  onConnect(run: () => void): void;
  /** `order:watch`: what was pushed after `since`, or the order as it is. Undefined when no answer came in time. */
  watch(orderId: OrderId, since: number): Promise<WatchAnswer | undefined>;
  /** Shows a newer token, and connects where there is no connection. */
  enter(): void;
  close(): void;
};

export const createAppLink = ({ url, token }: { url: string; token: () => string }): AppLink => {
  const state = signal<LinkState>('connecting');
  const reason = signal('');
  const socket: Socket = io(url, {
    autoConnect: false,
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
    state.value = socket.active ? 'away' : 'refused';
    reason.value = error.message;
  });
  return {
    state,
    reason,
    hear: (name, shape, take) => {
      socket.on(name, (payload: unknown) => {
        const read = shape.safeParse(payload);
        if (read.success) take(read.data);
      });
    },
    onConnect: (run) => void socket.on('connect', run),
    watch: async (orderId, since) => {
      try {
        const answer: unknown = await socket.timeout(ANSWER_MS).emitWithAck('order:watch', { orderId, since });
        return watchAnswer.safeParse(answer).data;
      } catch {
        return undefined;
      }
    },
    enter: () => {
      // Without it the server ends the session when the first token does.
      if (socket.connected) socket.emit('auth:refresh', { token: token() }, () => undefined);
      else socket.connect();
    },
    close: () => void socket.disconnect(),
  };
};
