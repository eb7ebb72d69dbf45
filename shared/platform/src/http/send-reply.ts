import type { ServerResponse } from 'node:http';
import { PROBLEMS } from '@tiffin/contracts/problem';
import type { HttpMeasure } from '../observability/metrics.ts';
import type { Failure, Reply, Success } from './reply.ts';
import { endAfterRest, isArriving, mayExceedRest } from './unread-body.ts';

/** One request on its way to an answer. */
export type Exchange = {
  response: ServerResponse;
  method: string;
  /** The route's pattern, for measures and the log; a path would carry ids. */
  route: string;
  requestId: string;
  startedAtMs: number;
};

export type SendReply = (exchange: Exchange, reply: Reply, more?: Readonly<Record<string, string>>) => void;

const problemBody = ({ code, status, detail, errors }: Failure, requestId: string): string =>
  JSON.stringify({
    type: `urn:tiffin:problem:${code}`,
    title: PROBLEMS[code].title,
    status,
    code,
    detail,
    instance: `urn:uuid:${requestId}`,
    ...(errors && errors.length > 0 && { errors }),
  });

const bodyText = ({ body, mediaType }: Success): string | undefined =>
  mediaType !== undefined && typeof body === 'string' ? body : JSON.stringify(body);

const PROBLEM_TYPE = 'application/problem+json';
const typeOf = (reply: Reply): string =>
  reply.kind === 'problem' ? PROBLEM_TYPE : `${reply.mediaType ?? 'application/json'}; charset=utf-8`;

/**
 * Turns replies into HTTP: the only place that does. Problems are `application/problem+json` (RFC 9457). An answer given while a body too
 * large to be read to its end still arrives is the connection's last.
 */
export const createSendReply = ({
  headers,
  measure,
  closing,
}: {
  headers: Readonly<Record<string, string>>;
  measure: HttpMeasure;
  /** Whether the connection should end with this answer: the server is draining. */
  closing: () => boolean;
}): SendReply => {
  const always = Object.entries(headers).flat();

  return ({ response, method, route, requestId, startedAtMs }, reply, more) => {
    measure(method, route, reply.status, (performance.now() - startedAtMs) / 1_000);
    if (response.headersSent || response.destroyed) return;
    const fields = [...always, 'X-Request-Id', requestId];
    for (const group of [reply.headers, more]) {
      for (const name in group) fields.push(name, group[name] ?? '');
    }
    const { req: request } = response;
    const last = closing() || reply.status === PROBLEMS.payload_too_large.status || mayExceedRest(request);
    if (last) fields.push('Connection', 'close');
    if (reply.kind === 'problem' && reply.retryAfterSeconds !== undefined) {
      fields.push('Retry-After', String(reply.retryAfterSeconds));
    }
    const text = reply.kind === 'problem' ? problemBody(reply, requestId) : bodyText(reply);
    if (text === undefined) {
      if (reply.status !== 204) fields.push('Content-Length', '0');
      response.writeHead(reply.status, fields).end();
      return;
    }
    fields.push('Content-Type', typeOf(reply), 'Content-Length', String(Buffer.byteLength(text)));
    response.writeHead(reply.status, fields);
    if (last && isArriving(request)) endAfterRest(request, response, text);
    else response.end(text);
  };
};
