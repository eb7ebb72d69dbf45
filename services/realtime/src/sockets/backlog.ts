import type { LiveSocket } from './live-socket.ts';

const MOST_FRAMES = 256;
const MOST_POSITION_BYTES = 256 * 1_024;
const MOST_BYTES = 1_024 * 1_024;

export type Backlog = { writable: boolean; frames: number; bytes: number };

// engine.io has no public view of what it still holds for a client; these fields are what its own `flush` works on (engine.io 6).
type Connection = {
  writeBuffer: readonly { data?: unknown }[];
  transport: { writable: boolean; socket?: { bufferedAmount?: number; terminate?(): void } };
};
const connectionOf = ({ conn }: LiveSocket): Connection => conn as unknown as Connection;

/** What has been sent to a socket and has not left this process. A stalled client is unbounded memory if nobody looks. */
export const backlogOf = (socket: LiveSocket): Backlog => {
  const { writeBuffer, transport } = connectionOf(socket);
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) if (typeof data === 'string') bytes += data.length;
  return { writable: transport.writable, frames: writeBuffer.length, bytes };
};

/** Ends a connection with whatever waits for it. A polite close would stand in line behind that, for half a minute. */
export const cutOff = (socket: LiveSocket): void => {
  const { transport } = connectionOf(socket);
  socket.conn.close(true);
  transport.socket?.terminate?.();
};

/** Positions wait for a free line: the one sent later is the better one. */
export const takesPositions = ({ writable, frames, bytes }: Backlog): boolean =>
  writable && frames <= MOST_FRAMES && bytes <= MOST_POSITION_BYTES;

/** Beyond this the client is better off coming back and asking for what it missed. */
export const isHopeless = ({ bytes }: Backlog): boolean => bytes > MOST_BYTES;
