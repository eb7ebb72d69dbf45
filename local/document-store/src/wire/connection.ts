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
 * Serves one client connection: messages in, replies out, in the order they are answered. A message that breaks the
 * protocol ends this connection and nothing else.
 */
export const serveConnection = (
  socket: Socket,
  { submit, onEnd, onFault }: { submit: Submit; onEnd: () => void; onFault: (fault: unknown) => void },
): void => {
  const reader = createFrameReader();
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy()); // a reset is an ordinary way for a client to leave
  socket.on('close', onEnd);
  socket.on('drain', () => socket.resume());

  const send = (bytes: Buffer): void => {
    if (socket.destroyed) return;
    socket.write(bytes);
    if (socket.writableLength > UNREAD_REPLIES_LIMIT) socket.pause();
  };

  const accept = (frame: Frame): void => {
    const request = readRequest(frame);
    submit(request, (reply) => {
      if (request.wantsReply) send(writeReply(request, reply));
    });
  };

  socket.on('data', (chunk) => {
    try {
      for (const frame of reader.push(chunk)) accept(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError || error instanceof MalformedBson)) onFault(error);
      socket.destroy();
    }
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
