import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEMS, type ProblemCode } from '@tiffin/contracts/problem';

// Names from llhttp and node:http: https://nodejs.org/api/http.html#event-clienterror
const KNOWN: Readonly<Record<string, { code: ProblemCode; detail: string }>> = {
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large', detail: 'The request line and headers are larger than 16 KB.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { code: 'payload_too_large', detail: 'The chunk extensions are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'invalid_request', detail: 'The request did not arrive in time.' },
};
const MALFORMED = { code: 'invalid_request', detail: 'The request is not valid HTTP.' } as const;

/** Answers what never became a request (broken HTTP, headers too large, too slow) and ends the connection. */
export const answerClientError = (error: Error, socket: Duplex): void => {
  const errorCode = 'code' in error ? String(error.code) : '';
  if (errorCode === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, detail } = KNOWN[errorCode] ?? MALFORMED;
  const { status, title } = PROBLEMS[code];
  const body = JSON.stringify({
    type: `urn:tiffin:problem:${code}`,
    title,
    status,
    code,
    detail,
    instance: `urn:uuid:${randomUUID()}`,
  });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? title}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
};
