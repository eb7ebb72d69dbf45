import type { IncomingHttpHeaders } from 'node:http';
import type { ProblemCode } from '@tiffin/contracts/problem';
import * as z from 'zod';
import { continueTraceparent } from '../observability/trace.ts';
import { createRequestIds, type RequestIds } from './idempotency.ts';
import type { Principal, PrincipalOf, Who } from './principal.ts';
import { type Failure, problem, type Reply } from './reply.ts';
import { requestErrors } from './request-errors.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

const nothing = z.strictObject({});
type Nothing = typeof nothing;

/** What a handler gets: every part parsed by the route's own schemas, the principal as narrow as `who`. */
export type RouteRequest<W extends Who, Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> = {
  params: z.output<Params>;
  query: z.output<Query>;
  body: z.output<Body>;
  principal: PrincipalOf<W>;
  headers: IncomingHttpHeaders;
  /** The bytes as they came, on a route with `rawBody`; empty on every other. */
  rawBody: Buffer;
  requestId: string;
  /** The caller's trace continued, or a new one. */
  traceparent: string;
  idempotencyKey?: string;
  /** Names for what this request creates: fresh ones, or with an Idempotency-Key those of its first run. */
  ids: RequestIds;
};

export type RouteSpec<W extends Who, Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> = {
  method: Method;
  /** An Express path below the root, such as `/api/v1/things/:id`. */
  path: string;
  summary: string;
  who: W;
  params?: Params;
  /** Without a schema a query is ignored (but for names given twice). */
  query?: Query;
  /** Without a schema a body must be absent or `{}`. */
  body?: Body;
  /** The bytes instead of JSON, for signatures over them; not decompressed, not rate limited. */
  rawBody?: { maxBytes: number };
  /** Every success this route can answer; null has no body. */
  replies: Readonly<Record<number, z.ZodType | null>>;
  /** The media types it answers 200 with besides JSON. */
  texts?: readonly string[];
  /** The problems of its own, besides those every route has; for the documentation. */
  problems?: readonly ProblemCode[];
  /** Honours `Idempotency-Key`. */
  idempotent?: boolean;
  handle(request: RouteRequest<W, Params, Query, Body>): Promise<Reply>;
};

/** A request whose caller is known and whose parts are not parsed yet. */
export type UnparsedRequest = {
  params: unknown;
  query: unknown;
  body: unknown;
  principal: Principal;
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
  requestId: string;
};

/** An Idempotency-Key and the names its first run was given. */
export type IdempotentRun = { key: string; ids: RequestIds };

export type PreparedRequest = { kind: 'prepared'; run(idempotent?: IdempotentRun): Promise<Reply> };

/** A route as data: the server mounts it; the role matrix and the OpenAPI document are read from it. */
export type Route = {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly who: Who;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly rawBody?: { maxBytes: number };
  readonly replies: Readonly<Record<number, z.ZodType | null>>;
  readonly texts: readonly string[];
  readonly problems: readonly ProblemCode[];
  readonly idempotent: boolean;
  /** Parses every part, all errors in one answer. The caller has checked `who`. */
  prepare(request: UnparsedRequest): PreparedRequest | Failure;
};

type Part = 'params' | 'query' | 'body';

const partsOf = ({ params, query, body, rawBody }: Pick<Route, Part | 'rawBody'>, request: UnparsedRequest) => {
  const expectedBody = rawBody ? undefined : (body ?? nothing);
  const parsed = {
    params: params?.safeParse(request.params),
    query: query?.safeParse(request.query),
    body: expectedBody?.safeParse(request.body),
  };
  if (parsed.params?.success === false || parsed.query?.success === false || parsed.body?.success === false) {
    const errors = [
      ...requestErrors('/params', parsed.params?.error?.issues ?? []),
      ...requestErrors('/query', parsed.query?.error?.issues ?? []),
      ...requestErrors('', parsed.body?.error?.issues ?? []),
    ];
    return problem('invalid_request', 'The request does not have the form this route takes.', { errors });
  }
  // An absent schema stands for `nothing`, whose output has no member anybody could read.
  return { params: parsed.params?.data ?? {}, query: parsed.query?.data ?? {}, body: parsed.body?.data ?? {} };
};

/**
 * Where a request takes the types its route promises. What is asserted here has been checked just before: the parts by the
 * route's own schemas (`partsOf`), the principal against `who` (`createAuthentication`).
 */
const asPromised = <W extends Who, Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  parts: { params: unknown; query: unknown; body: unknown },
  { principal, headers, rawBody, requestId }: UnparsedRequest,
  idempotent: IdempotentRun | undefined,
): RouteRequest<W, Params, Query, Body> => {
  let { ids } = idempotent ?? {};
  let traceparent: string | undefined;
  const request = {
    ...parts,
    principal,
    headers,
    rawBody,
    requestId,
    // Random names cost more than the rest of this function, and most reads need none.
    get traceparent() {
      traceparent ??= continueTraceparent(headers.traceparent);
      return traceparent;
    },
    get ids() {
      ids ??= createRequestIds();
      return ids;
    },
    ...(idempotent && { idempotencyKey: idempotent.key }),
  };
  return request as RouteRequest<W, Params, Query, Body>;
};

/** Declares a route. Types of the handler follow from the schemas and from `who`; nobody is let in who is not named. */
export const route = <
  const W extends Who,
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
>({
  handle,
  texts = [],
  problems = [],
  idempotent = false,
  ...spec
}: RouteSpec<W, Params, Query, Body>): Route => ({
  ...spec,
  texts,
  problems,
  idempotent,
  prepare(request) {
    const parts = partsOf(spec, request);
    if ('kind' in parts) return parts;
    return { kind: 'prepared', run: (run) => handle(asPromised<W, Params, Query, Body>(parts, request, run)) };
  },
});
