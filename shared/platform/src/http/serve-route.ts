import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Logger } from '../observability/logger.ts';
import type { AnswerFault } from './answer-fault.ts';
import type { Authenticate } from './authenticate.ts';
import type { IdempotencyStore } from './idempotency.ts';
import type { Principal } from './principal.ts';
import type { RateLimiter } from './rate-limit.ts';
import { BODY_LIMIT_BYTES, createBodyReader, parseJsonBody } from './read-body.ts';
import { readQuery } from './read-query.ts';
import { problem, type Reply } from './reply.ts';
import type { Route } from './route.ts';
import { runIdempotently } from './run-idempotently.ts';
import type { Exchange, SendReply } from './send-reply.ts';
import { shapeReply } from './shape-reply.ts';

const NO_BODY = Buffer.alloc(0);
const NO_FIELDS = Object.freeze({});
const ANYONE: Principal = { kind: 'anyone' };

const methodsWithBody = new Set(['post', 'put', 'patch']);

type Tools = {
  authenticate: Authenticate;
  rateLimiter: RateLimiter | undefined;
  idempotency: IdempotencyStore | undefined;
  logger: Logger;
  send: SendReply;
  answerFault: AnswerFault;
};

const addressOf = (request: Request): string => request.ip ?? '';

/** How a request's bytes become its body: JSON parsed, or raw for a route that asks for the bytes. */
const createBodyParser = ({ method, body, rawBody }: Route) => {
  if (!rawBody && !body && !methodsWithBody.has(method)) return undefined;
  const read = createBodyReader({ maxBytes: rawBody?.maxBytes ?? BODY_LIMIT_BYTES, inflate: !rawBody });
  return async (request: Request) => {
    const bytes = await read(request);
    if ('kind' in bytes) return bytes;
    if (rawBody) return { value: undefined, bytes };
    const parsed = parseJsonBody(bytes);
    return 'kind' in parsed ? parsed : { value: parsed.value, bytes: NO_BODY };
  };
};

/**
 * Serves one route: who is it, how often, what does it say, run it, answer. A caller without the right learns it before the
 * body is read. Whatever is the same for every request is worked out here, once.
 */
export const serveRoute = (route: Route, tools: Tools): ((request: Request, response: Response) => Promise<void>) => {
  const { authenticate, idempotency, logger, send, answerFault } = tools;
  // Services are trusted and a gateway's webhooks come in bursts from one address.
  const rateLimiter = route.who === 'service' || route.rawBody ? undefined : tools.rateLimiter;
  const parseBody = createBodyParser(route);
  const method = route.method.toUpperCase();
  if (route.idempotent && !idempotency) throw new Error(`${method} ${route.path} needs an idempotency store`);

  const answer = async (request: Request, requestId: string, principal: Principal): Promise<Reply> => {
    const body = await parseBody?.(request);
    if (body && 'kind' in body) return body;
    const query = readQuery(request.url);
    if ('kind' in query) return query;
    const { headers } = request;
    const prepared = route.prepare({
      params: request.params,
      query: query.value,
      body: body ? body.value : NO_FIELDS,
      principal,
      headers,
      rawBody: body?.bytes ?? NO_BODY,
      requestId,
    });
    if (prepared.kind === 'problem') return prepared;
    if (!route.idempotent || !idempotency) return shapeReply(route, await prepared.run());
    const header = headers['idempotency-key'];
    return runIdempotently(
      { store: idempotency, logger },
      {
        header: typeof header === 'string' ? header : undefined,
        principal,
        address: addressOf(request),
        method,
        path: request.path,
        body: body?.value,
      },
      async (idempotent) => shapeReply(route, await prepared.run(idempotent)),
    );
  };

  return async (request, response) => {
    const requestId = randomUUID();
    const exchange: Exchange = { response, method, route: route.path, requestId, startedAtMs: performance.now() };
    let headers: Readonly<Record<string, string>> | undefined;
    try {
      const principal = authenticate(request);
      if (rateLimiter) {
        const caller = principal.kind === 'problem' ? ANYONE : principal;
        const limit = await rateLimiter.count(caller, () => addressOf(request));
        headers = limit.headers;
        if (!limit.allowed) {
          const { retryAfterSeconds } = limit;
          send(exchange, problem('too_many_requests', 'Slow down.', { retryAfterSeconds }), headers);
          return;
        }
      }
      const reply = principal.kind === 'problem' ? principal : await answer(request, requestId, principal);
      if (logger.isLevelEnabled('debug')) {
        logger.debug({ requestId, method, route: route.path, status: reply.status }, 'answered');
      }
      send(exchange, reply, headers);
    } catch (error) {
      send(exchange, answerFault(error, { requestId, route: route.path }), headers);
    }
  };
};
