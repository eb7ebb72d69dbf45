import type { OrderId } from '@tiffin/contracts/ids';
import type { PushName } from '@tiffin/contracts/pushes';
import type * as z from 'zod';
import { createSessionSocket, type SessionSocket } from '../live/session-socket.ts';
import { type WatchAnswer, watchAnswer } from './watch-answer.ts';

const ANSWER_MS = 5_000;

/** The socket of an app: the server puts it into the rooms its token gives, and it comes back by itself after a cut. */
export type AppLink = Pick<SessionSocket, 'state' | 'reason'> & {
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
  const { socket, state, reason } = createSessionSocket({ url, token });
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
