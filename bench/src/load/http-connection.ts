import { connect, type Socket } from 'node:net';

export type HttpReply = { readonly status: number; readonly body: string };

/** One keep-alive connection that carries one request at a time. */
export type HttpConnection = {
  /** Sends a request as it stands and resolves with its reply. Rejects when the connection ends before. */
  exchange(request: string): Promise<HttpReply>;
  /** When it was last used, for servers close what was idle long. */
  idleSince(): number;
  usable(): boolean;
  end(): void;
};

const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;

/** A whole reply at the start of the text, if it is there. Only what the services here send: a length, or no body. */
const readReply = (received: Buffer): { reply: HttpReply; closes: boolean } | undefined => {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  if (CHUNKED.test(head)) throw new Error('the load driver reads no chunked replies');
  const status = Number(head.slice(9, 12));
  const bodyAt = headEnd + HEAD_END.length;
  const length = Number(LENGTH.exec(head)?.[1] ?? 0);
  if (received.length < bodyAt + length) return undefined;
  return {
    reply: { status, body: received.toString('utf8', bodyAt, bodyAt + length) },
    closes: /\r\nconnection: *close/i.test(head),
  };
};

/**
 * A bare HTTP/1.1 connection. The load shares the cores with what it measures, and node's own client costs three times as much a request.
 */
export const openHttpConnection = (host: string, port: number): HttpConnection => {
  const socket: Socket = connect({ host, port, noDelay: true });
  let waiting: { resolve(reply: HttpReply): void; reject(error: Error): void } | undefined;
  let received: Buffer = Buffer.alloc(0);
  let lastUsed = performance.now();
  let ended = false;

  const fail = (error: Error) => {
    ended = true;
    socket.destroy();
    const failed = waiting;
    waiting = undefined;
    failed?.reject(error);
  };
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    try {
      const read = readReply(received);
      if (!read) return;
      received = Buffer.alloc(0);
      lastUsed = performance.now();
      if (read.closes) ended = true;
      const answered = waiting;
      waiting = undefined;
      answered?.resolve(read.reply);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error(`the connection to ${host}:${port} was closed`)));

  return {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    idleSince: () => lastUsed,
    usable: () => !ended,
    end: () => {
      ended = true;
      socket.end();
    },
  };
};
