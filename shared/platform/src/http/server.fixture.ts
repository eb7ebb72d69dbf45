import net from 'node:net';
import { Writable } from 'node:stream';
import type { Role, ServiceName, UserClaims } from '@tiffin/contracts/claims';
import { pageQuery } from '@tiffin/contracts/page';
import { problem as problemSchema } from '@tiffin/contracts/problem';
import { line } from '@tiffin/contracts/text';
import { expect } from 'vitest';
import * as z from 'zod';
import { createServiceTokens, createTokenVerifier, signUserToken } from '../auth/tokens.ts';
import { createLogger } from '../observability/logger.ts';
import { healthOf } from './health.ts';
import { createRequestIds, type IdempotencyClaim, type IdempotencyStore } from './idempotency.ts';
import { accepted, created, noContent, ok, okText, problem } from './reply.ts';
import { type Route, route } from './route.ts';
import { createHttpServer, type HttpServerOptions } from './server.ts';

export const USER_SECRET = 'rk4Vq0Zt9mB2xWc7Lp1sHy6Nd3Ge8Ufa';
export const SERVICE_SECRET = 'Jx2Tn8Qe5Wv1Ck7Zb4Ry9Mg6Ps3Ld0Hu';
export const THING_ID = '0123456789abcdef01234567';

const thingId = z.strictObject({ id: z.string().regex(/^[a-f0-9]{24}$/, 'must be 24 hex digits') });
const thing = z.object({ id: z.string(), name: z.string() });

export const newThing = z.strictObject({
  name: line({ max: 50 }),
  quantity: z.int().min(1).max(1_000),
  note: line({ max: 200 }).optional(),
  tags: z.array(z.string().max(20)).max(10).optional(),
});

/** A small service: one route of each kind. `runs` counts the handlers that ran. */
export const createThings = () => {
  const runs: string[] = [];
  let finishSlow: () => void = () => undefined;
  const things = '/api/v1/things';
  const replies = { 200: thing };
  const routes: Route[] = [
    route({
      method: 'get',
      path: things,
      summary: 'Lists things',
      who: 'signed-in',
      query: pageQuery,
      replies: { 200: z.object({ limit: z.int() }) },
      handle: async ({ query }) => ok({ limit: query.limit }),
    }),
    route({
      method: 'post',
      path: things,
      summary: 'Makes a thing',
      who: 'signed-in',
      body: newThing,
      replies: { 201: thing },
      idempotent: true,
      handle: async ({ body, ids }) => {
        runs.push(ids.documentId);
        return body.name === 'refuse me' ? problem('stale', 'No.') : created({ id: ids.documentId, name: body.name });
      },
    }),
    route({
      method: 'get',
      path: `${things}/:id`,
      summary: 'Shows a thing',
      who: ['customer', 'admin'],
      params: thingId,
      replies,
      handle: async ({ params, principal }) => ok({ id: params.id, name: principal.userId, phone: '+91 98765 43210' }),
    }),
    route({
      method: 'delete',
      path: `${things}/:id`,
      summary: 'Removes a thing',
      who: ['admin'],
      params: thingId,
      replies: { 204: null },
      handle: async () => noContent(),
    }),
    route({
      method: 'post',
      path: `${things}/:id/rest`,
      summary: 'A command without fields',
      who: 'signed-in',
      params: thingId,
      replies: { 202: z.object({ traceparent: z.string() }) },
      handle: async ({ traceparent }) => accepted({ traceparent }),
    }),
    route({
      method: 'get',
      path: '/api/v1/internal/things',
      summary: 'For services',
      who: 'service',
      replies: { 200: z.object({ caller: z.string() }) },
      handle: async ({ principal }) =>
        ok({ caller: principal.kind === 'service' ? principal.claims.sub : principal.kind }),
    }),
    route({
      method: 'post',
      path: '/api/v1/webhooks/thing',
      summary: 'Bytes as they come',
      who: 'anyone',
      rawBody: { maxBytes: 1_024 },
      replies: { 200: z.object({ hex: z.string() }) },
      handle: async ({ rawBody }) => ok({ hex: rawBody.toString('hex') }),
    }),
    route({
      method: 'get',
      path: '/api/v1/open',
      summary: 'For anybody',
      who: 'anyone',
      replies: { 200: z.object({ kind: z.string() }) },
      handle: async ({ principal }) => ok({ kind: principal.kind }),
    }),
    route({
      method: 'get',
      path: '/api/v1/broken',
      summary: 'Throws',
      who: 'anyone',
      replies: { 200: thing },
      handle: () => Promise.reject(new Error('the password of the database is hunter2')),
    }),
    route({
      method: 'get',
      path: '/api/v1/away',
      summary: 'Throws for now',
      who: 'anyone',
      replies: { 200: thing },
      handle: () => Promise.reject(new TypeError('database away')),
    }),
    route({
      method: 'get',
      path: '/api/v1/table',
      summary: 'A file, in one of two forms',
      who: 'anyone',
      query: z.strictObject({ as: z.enum(['csv', 'xml', 'json']) }),
      replies: { 200: thing },
      texts: ['text/csv'],
      handle: async ({ query: { as } }) =>
        as === 'json' ? ok({ id: '1', name: 'é' }) : okText(`text/${as}`, 'id,name\r\n1,é\r\n', { 'X-File': 'yes' }),
    }),
    route({
      method: 'get',
      path: '/api/v1/wrong-reply',
      summary: 'Answers what it does not document',
      who: 'anyone',
      replies: { 200: thing },
      handle: async () => ok({ id: 7 }),
    }),
    route({
      method: 'get',
      path: '/api/v1/slow',
      summary: 'Answers when told to',
      who: 'anyone',
      replies: { 200: z.object({}) },
      handle: async () => {
        runs.push('slow');
        await new Promise<void>((resolve) => {
          finishSlow = resolve;
        });
        return ok({});
      },
    }),
  ];
  return { routes, runs, finishSlow: () => finishSlow() };
};

/** Idempotency keys in memory, with the port's rules but for the lease. */
export const createMemoryIdempotency = (): IdempotencyStore => {
  type Row = {
    fingerprint: string;
    ids: ReturnType<typeof createRequestIds>;
    running: boolean;
    status?: number;
    body?: unknown;
  };
  const rows = new Map<string, Row>();
  return {
    async claim(key, fingerprint): Promise<IdempotencyClaim> {
      const row = rows.get(key);
      if (!row) {
        const ids = createRequestIds();
        rows.set(key, { fingerprint, ids, running: true });
        return { kind: 'new', ids };
      }
      if (row.fingerprint !== fingerprint) return { kind: 'mismatch' };
      if (row.status !== undefined) return { kind: 'replay', status: row.status, body: row.body };
      if (row.running) return { kind: 'running' };
      row.running = true;
      return { kind: 'new', ids: row.ids };
    },
    async finish(key, status, body) {
      const row = rows.get(key);
      if (row) Object.assign(row, { status, body: body === undefined ? undefined : JSON.parse(JSON.stringify(body)) });
    },
    async release(key) {
      const row = rows.get(key);
      if (row) row.running = false;
    },
  };
};

export type Call = {
  token?: string;
  headers?: Record<string, string>;
  body?: unknown;
  text?: string | Uint8Array<ArrayBuffer>;
};

/** Starts the small service on a free port. Whoever starts it closes it. */
export const startThings = async (
  overrides: Partial<HttpServerOptions> & { revoked?: (claims: UserClaims) => boolean } = {},
) => {
  const { revoked = () => false, ...options } = overrides;
  const things = createThings();
  const logs: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logs.push(String(chunk));
      done();
    },
  });
  const server = createHttpServer({
    service: 'utils',
    routes: things.routes,
    verifier: createTokenVerifier({ secret: USER_SECRET, revoked }),
    serviceTokens: createServiceTokens({ secret: SERVICE_SECRET, name: 'utils' }),
    logger: createLogger({ service: 'utils', level: 'debug', destination }),
    health: async () => healthOf({ database: { status: 'pass' } }),
    idempotency: createMemoryIdempotency(),
    isUnavailable: (error) => error instanceof TypeError && error.message === 'database away',
    ...options,
  });
  const { port } = await server.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;

  const call = async (method: string, path: string, { token, headers = {}, body, text }: Call = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...((body !== undefined || text !== undefined) && { 'content-type': 'application/json' }),
        ...headers,
      },
      redirect: 'manual',
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(text !== undefined && { body: text }),
    });
    const content = await response.text();
    return { status: response.status, headers: response.headers, text: content };
  };

  /** Writes bytes to the port and reads until the server ends the connection. */
  const raw = async (bytes: string | Buffer): Promise<string> => {
    const socket = net.connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A server that answers before it has read everything may reset the connection; what it said stands.
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
    });
    socket.write(bytes);
    await closed;
    return Buffer.concat(chunks).toString('latin1');
  };

  return { ...things, server, url, port, logs, call, raw, close: () => server.close() };
};

export type Things = Awaited<ReturnType<typeof startThings>>;

export const tokenOf = (role: Role, sub = `${role}-1`): string =>
  signUserToken({ secret: USER_SECRET, sub, role, ttlSeconds: 600 });

export const serviceTokenOf = (name: ServiceName): string =>
  createServiceTokens({ secret: SERVICE_SECRET, name }).issue();

type Answer = Awaited<ReturnType<Things['call']>>;

/** Expects a problem in its full form and gives it back. */
export const expectProblem = (answer: Answer, status: number, code: string) => {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const parsed = problemSchema.parse(JSON.parse(answer.text));
  expect({ status: answer.status, code: parsed.code }).toEqual({ status, code });
  expect(parsed.status).toBe(status);
  expect(parsed.instance).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  return parsed;
};
