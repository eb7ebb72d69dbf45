import type { Socket } from 'node:net';
import { MalformedBson } from '../bson/decode.ts';
import type { EncodableDocument } from '../bson/encode.ts';
import { createFrameReader, type Frame, ProtocolError } from './frame-reader.ts';
import { OP_MSG, readOpMsg, writeOpMsg } from './op-msg.ts';
import { OP_QUERY, readOpQuery, writeOpReply } from './op-query.ts';
import type { Request } from './request.ts';

/** Takes a request; `answer` must be called exactly once, with the reply, when it may be seen. */
export type Submit = (request: Request, answer: (reply: EncodableDocument) => void) => void;

/** A sender that does not read its replies is not read from either, once this many bytes wait for it. */
const UNREAD_REPLIES_LIMIT = 8 * 1024 * 1024;

/**
 * Serves one client connection: messages in, replies out, one after the other as drivers use a connection. While one is worked on, or
 * replies wait unread, nothing more is read, so a client that asks without listening costs no more than its last replies. A message
 * that breaks the protocol ends this connection and nothing else.
 */
export const serveConnection = (
  socket: Socket,
  { submit, onEnd, onFault }: { submit: Submit; onEnd: () => void; onFault: (fault: unknown) => void },
): void => {
  const reader = createFrameReader();
  const waiting: Frame[] = [];
  let working = false;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy()); // a reset is an ordinary way for a client to leave
  socket.on('close', onEnd);

  const isReady = (): boolean => !working && !socket.destroyed && socket.writableLength <= UNREAD_REPLIES_LIMIT;

  const begin = (frame: Frame): void => {
    const request = readRequest(frame);
    if (!request.wantsReply) {
      submit(request, () => undefined);
      return;
    }
    working = true;
    submit(request, (reply) => {
      working = false;
      if (!socket.destroyed) socket.write(writeReply(request, reply));
      goOn();
    });
  };

  const goOn = (): void => {
    try {
      while (isReady()) {
        const frame = waiting.shift();
        if (!frame) break;
        begin(frame);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError || error instanceof MalformedBson)) onFault(error);
      waiting.length = 0;
      socket.destroy();
    }
    if (waiting.length === 0 && isReady()) socket.resume();
    else socket.pause();
  };

  socket.on('drain', goOn);
  socket.on('data', (chunk) => {
    try {
      waiting.push(...reader.push(chunk));
    } catch (error) {
      if (!(error instanceof ProtocolError)) onFault(error);
      socket.destroy();
      return;
    }
    goOn();
  });
};

const readRequest = (frame: Frame): Request => {
  switch (frame.opCode) {
    case OP_MSG:
      return readOpMsg(frame);
    case OP_QUERY:
      return readOpQuery(frame);
    default:
      throw new ProtocolError(`operation ${frame.opCode}`);
  }
};

const writeReply = (request: Request, reply: EncodableDocument): Buffer =>
  request.via === 'op-msg' ? writeOpMsg(request.requestId, reply) : writeOpReply(request.requestId, reply);
