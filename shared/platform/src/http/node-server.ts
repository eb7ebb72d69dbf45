import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { SECOND } from '../clock.ts';
import { answerClientError, clientProblem } from './answer-client-error.ts';
import { endAfterRest, isArriving, limitRest } from './unread-body.ts';

const HEADERS_TIMEOUT_MS = 10 * SECOND;
const REQUEST_TIMEOUT_MS = 30 * SECOND;
/** Longer than a proxy keeps an idle connection (nginx: 60 s), so that the proxy closes first and never writes into a closed one. */
const KEEP_ALIVE_TIMEOUT_MS = 65 * SECOND;
const HEADERS_LIMIT_BYTES = 16 * 1_024;

export type NodeServer = {
  server: Server;
  /** Resolves with the port when it listens; rejects with one clear message when it cannot. */
  listen(port: number, host?: string): Promise<{ port: number }>;
  /** Takes no new connection, waits at most `deadlineMs` for running requests, then ends every connection. */
  close(deadlineMs: number): Promise<void>;
};

const NO_HOST = { code: 'invalid_request', detail: 'An HTTP/1.1 request needs a Host header.' } as const;

const lacksHost = ({ httpVersion, headers }: IncomingMessage): boolean =>
  httpVersion === '1.1' && headers.host === undefined;

/** Node's HTTP server with every limit set, and with a count of running requests so that it can end without cutting one. */
export const createNodeServer = (listener: RequestListener): NodeServer => {
  let running = 0;
  let becameIdle: () => void = () => undefined;

  const server = http.createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: HEADERS_LIMIT_BYTES,
      // Node would answer a bare 400; ours is below.
      requireHostHeader: false,
    },
    (request, response) => {
      running += 1;
      response.once('close', () => {
        running -= 1;
        if (running === 0) becameIdle();
      });
      limitRest(request, response);
      if (!lacksHost(request)) return listener(request, response);
      const { status, headers, body } = clientProblem(NO_HOST);
      response.writeHead(status, headers);
      if (isArriving(request)) endAfterRest(request, response, body);
      else response.end(body);
    },
  );
  server.on('clientError', answerClientError);
  // An Expect we do not know is ignored (RFC 9110 10.1.1 allows it); Node would answer 417 without a body.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));

  const idle = (deadlineMs: number): Promise<void> =>
    new Promise((resolve) => {
      if (running === 0) return resolve();
      const deadline = setTimeout(resolve, deadlineMs);
      becameIdle = () => {
        clearTimeout(deadline);
        resolve();
      };
    });

  return {
    server,
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        const failed = (error: NodeJS.ErrnoException) =>
          reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} is in use`, { cause: error }) : error);
        server.once('error', failed);
        server.listen(port, host, () => {
          server.off('error', failed);
          const address = server.address();
          resolve({ port: typeof address === 'object' && address ? address.port : port });
        });
      }),
    close: async (deadlineMs) => {
      const ended = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await idle(deadlineMs);
      // Also ends connections that never sent a request, which server.close() would wait for.
      server.closeAllConnections();
      await ended;
    },
  };
};
