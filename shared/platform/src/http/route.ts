import type { IncomingHttpHeaders } from 'node:http';
import type { ProblemCode } from '@tiffin/contracts/problem';
import * as z from 'zod';
import type { RequestIds } from './idempotency.ts';
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
  traceparent: string;
};

export type PreparedRequest = {
  kind: 'prepared';
  run(ids: RequestIds, idempotencyKey: string | undefined): Promise<Reply>;
};

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
  readonly problems: readonly ProblemCode[];
  readonly idempotent: boolean;
  /** Parses every part, all errors in one answer. The caller has checked `who`. */
  prepare(request: UnparsedRequest): PreparedRequest | Failure;
};

/** The one place where a checked principal takes the type its route's `who` promises: `authenticate` did the checking. */
const asPromised = <W extends Who>(principal: Principal): PrincipalOf<W> => principal as PrincipalOf<W>;

/** Declares a route. Types of the handler follow from the schemas and from `who`; nobody is let in who is not named. */
export const route = <
  const W extends Who,
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
>(
  spec: RouteSpec<W, Params, Query, Body>,
): Route => {
  const { method, path, summary, who, params, query, body, rawBody, replies, problems = [], idempotent = false } = spec;
  const expectedBody = rawBody ? undefined : (body ?? nothing);

  const prepare = (request: UnparsedRequest): PreparedRequest | Failure => {
    const parsedParams = params?.safeParse(request.params);
    const parsedQuery = query?.safeParse(request.query);
    const parsedBody = expectedBody?.safeParse(request.body);
    if (parsedParams?.success === false || parsedQuery?.success === false || parsedBody?.success === false) {
      const errors = [
        ...requestErrors('/params', parsedParams?.error?.issues ?? []),
        ...requestErrors('/query', parsedQuery?.error?.issues ?? []),
        ...requestErrors('', parsedBody?.error?.issues ?? []),
      ];
      return problem('invalid_request', 'The request does not have the form this route takes.', { errors });
    }
    // An absent schema stands for `nothing`, whose output has no member anybody could read.
    const parts = {
      params: parsedParams?.data ?? {},
      query: parsedQuery?.data ?? {},
      body: parsedBody?.data ?? {},
    } as Pick<RouteRequest<W, Params, Query, Body>, 'params' | 'query' | 'body'>;
    return {
      kind: 'prepared',
      run: (ids, idempotencyKey) =>
        spec.handle({
          ...parts,
          principal: asPromised<W>(request.principal),
          headers: request.headers,
          rawBody: request.rawBody,
          requestId: request.requestId,
          traceparent: request.traceparent,
          ...(idempotencyKey !== undefined && { idempotencyKey }),
          ids,
        }),
    };
  };

  return {
    method,
    path,
    summary,
    who,
    ...(params && { params }),
    ...(query && { query }),
    ...(body && { body }),
    ...(rawBody && { rawBody }),
    replies,
    problems,
    idempotent,
    prepare,
  };
};
