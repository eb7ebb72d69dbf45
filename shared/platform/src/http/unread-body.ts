import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECOND } from '../clock.ts';

/** How much of a body nobody wants is still read, so that a caller who sends it to its end sees the answer and keeps the connection. */
const REST_LIMIT_BYTES = 256 * 1_024;
/** How long a refused caller has for reading the answer before the connection is cut. */
const LINGER_MS = 2 * SECOND;

const declaredBytes = ({ headers }: IncomingMessage): number =>
  headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Number.POSITIVE_INFINITY;

/** Whether the caller is still sending. */
export const isArriving = (request: IncomingMessage): boolean => !request.complete && declaredBytes(request) > 0;

/** Whether more may still come than is worth reading for the sake of the connection. */
export const mayExceedRest = (request: IncomingMessage): boolean =>
  isArriving(request) && declaredBytes(request) > REST_LIMIT_BYTES;

/** Reads on and throws away; tells when the limit is passed, and from then on reads nothing. */
const discard = (request: IncomingMessage, passed: () => void): void => {
  let left = REST_LIMIT_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left >= 0) return;
    request.pause();
    passed();
  });
  request.resume();
};

/**
 * Sends the last answer of a connection whose caller is still sending, and ends it when the body has, or after two seconds. Ending at
 * once would take the answer back: bytes left unread make the end a reset, and a reset empties the caller's buffer.
 */
export const endAfterRest = (request: IncomingMessage, response: ServerResponse, text: string): void => {
  // The length is in the headers, so the caller has the whole answer; Node ends the connection only with the response.
  response.write(text);
  const end = () => {
    clearTimeout(linger);
    response.end();
  };
  const linger = setTimeout(end, LINGER_MS);
  request.once('end', end);
  response.once('close', () => clearTimeout(linger));
  discard(request, () => undefined);
};

/** Once answered, no more than the limit is read of what the caller still sends: Node itself would read to the end, however far it is. */
export const limitRest = (request: IncomingMessage, response: ServerResponse): void => {
  response.prependOnceListener('finish', () => {
    if (isArriving(request)) discard(request, () => request.socket.destroy());
    // What has arrived and nobody took would hold up the next request of the connection.
    else request.resume();
  });
};
