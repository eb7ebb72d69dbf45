import type { PushName } from '@tiffin/contracts/pushes';
import { io } from 'socket.io-client';
import { eventually } from './eventually.ts';

export type Payload = Record<string, unknown>;

export type TestSocket = {
  /** Everything pushed so far under these names, oldest first. */
  seen(...names: PushName[]): Payload[];
  /** The first push of that name that fits, past or to come. */
  next(name: PushName, fits?: (payload: Payload) => boolean, withinMs?: number): Promise<Payload>;
  request(name: string, body: unknown): Promise<unknown>;
  close(): void;
};

/** A real socket.io client, as an app would open it. Rejects with the server's code when it is refused. */
export const openSocket = async (url: string, token: string): Promise<TestSocket> => {
  const socket = io(url, {
    transports: ['websocket'],
    auth: { token },
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
  });
  const heard: { name: string; payload: Payload }[] = [];
  socket.onAny((name: string, payload: Payload) => heard.push({ name, payload }));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error: Error & { data?: { code?: string } }) => {
      if (!error.data?.code) return;
      socket.close();
      reject(new Error(error.data.code));
    });
  });
  const seen = (...names: PushName[]) =>
    heard.filter(({ name }) => names.some((wanted) => wanted === name)).map(({ payload }) => payload);
  return {
    seen,
    next: (name, fits = () => true, withinMs = 10_000) =>
      eventually(`a push ${name}`, () => seen(name).find(fits), { withinMs, everyMs: 5 }),
    request: (name, body) => socket.timeout(5_000).emitWithAck(name, body),
    close: () => socket.close(),
  };
};
