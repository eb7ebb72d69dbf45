import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEMS, type ProblemCode } from '@tiffin/contracts/problem';
import { SECOND } from '../clock.ts';

// Names from llhttp and node:http: https://nodejs.org/api/http.html#event-clienterror
const KNOWN: Readonly<Record<string, { code: ProblemCode; detail: string }>> = {
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large', detail: 'The request line and headers are larger than 16 KB.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { code: 'payload_too_large', detail: 'The chunk extensions are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'invalid_request', detail: 'The request did not arrive in time.' },
};
const MALFORMED = { code: 'invalid_request', detail: 'The request is not valid HTTP.' } as const;

/** How long a refused caller may go on sending before the connection is cut. */
const LINGER_MS = 2 * SECOND;

/** The answer to what no route will see; the connection ends with it. */
export const clientProblem = ({ code, detail }: { code: ProblemCode; detail: string }) => {
  const { status, title } = PROBLEMS[code];
  const instance = `urn:uuid:${randomUUID()}`;
  const body = JSON.stringify({ type: `urn:tiffin:problem:${code}`, title, status, code, detail, instance });
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    Connection: 'close',
  };
  return { status, reason: STATUS_CODES[status] ?? title, headers, body };
};

/** Answers what never became a request (broken HTTP, headers too large, too slow) and ends the connection. */
export const answerClientError = (error: Error, socket: Duplex): void => {
  // Each further piece of the same bad request fails again. Destroying now would take back the answer just given: bytes
  // left unread make the end a reset, and a reset empties the caller's buffer.
  if (socket.writableEnded) return;
  const errorCode = 'code' in error ? String(error.code) : '';
  if (errorCode === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, reason, headers, body } = clientProblem(KNOWN[errorCode] ?? MALFORMED);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`, () =>
    setTimeout(() => socket.destroy(), LINGER_MS).unref(),
  );
};
