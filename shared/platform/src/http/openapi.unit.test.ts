import { expect, it } from 'vitest';
import * as z from 'zod';
import { openApiDocument } from './openapi.ts';
import { created, noContent } from './reply.ts';
import { route } from './route.ts';

const routes = [
  route({
    method: 'post',
    path: '/api/v1/things/:id/parts',
    summary: 'Adds a part',
    who: ['customer', 'admin'],
    params: z.strictObject({ id: z.string().regex(/^[a-f0-9]{24}$/) }),
    query: z.strictObject({ dryRun: z.enum(['yes', 'no']).optional() }),
    body: z.strictObject({ name: z.string(), count: z.string().transform(Number).default(1) }),
    replies: { 201: z.object({ at: z.string() }) },
    problems: ['stale'],
    idempotent: true,
    handle: async () => created({ at: '' }),
  }),
  route({
    method: 'get',
    path: '/api/v1/things/:id/parts',
    summary: 'Undescribed',
    who: 'anyone',
    replies: { 204: null },
    handle: async () => noContent(),
  }),
  route({
    method: 'get',
    path: '/api/v1/internal/things',
    summary: 'For services',
    who: 'service',
    replies: { 200: z.string(), 204: null },
    texts: ['text/csv'],
    handle: async () => noContent(),
  }),
];
const document = JSON.parse(JSON.stringify(openApiDocument({ service: 'utils', routes })));
const operation = document.paths['/api/v1/things/{id}/parts'].post;

it('names every route and every operations path', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths).sort()).toEqual([
    '/api/v1/internal/things',
    '/api/v1/things/{id}/parts',
    '/health',
    '/livez',
    '/metrics',
    '/openapi.json',
    '/readyz',
  ]);
});

it('says who may call', () => {
  expect([operation['x-who'], operation.security]).toEqual([['customer', 'admin'], [{ userToken: [] }]]);
  expect(document.paths['/api/v1/internal/things'].get.security).toEqual([{ serviceToken: [] }]);
  expect(document.paths['/api/v1/things/{id}/parts'].get.security).toEqual([]);
});

it('takes parameters and bodies from the schemas, as a caller writes them', () => {
  expect(operation.parameters).toEqual([
    { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[a-f0-9]{24}$' } },
    { name: 'dryRun', in: 'query', required: false, schema: { type: 'string', enum: ['yes', 'no'] } },
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      schema: { type: 'string', pattern: '^"?[A-Za-z0-9_-]{8,255}"?$' },
    },
  ]);
  expect(operation.requestBody.content['application/json'].schema).toMatchObject({
    required: ['name'],
    additionalProperties: false,
  });
  expect(document.paths['/api/v1/things/{id}/parts'].get.parameters).toEqual([
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
  ]);
});

it('names every answer: the successes with their schema, the problems by their codes', () => {
  expect(Object.keys(operation.responses).sort()).toEqual([
    '201',
    '400',
    '401',
    '403',
    '404',
    '409',
    '413',
    '415',
    '422',
    '429',
    '500',
    '503',
  ]);
  expect(operation.responses['201'].content['application/json'].schema.properties).toEqual({ at: { type: 'string' } });
  expect(operation.responses['409'].description).toContain('`stale`');
  expect(operation.responses['409'].description).toContain('`idempotency_in_progress`');
  expect(operation.responses['409'].content).toEqual({
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  });
  expect(document.components.schemas.Problem.required).toContain('code');
  const { responses } = document.paths['/api/v1/internal/things'].get;
  expect(Object.keys(responses['200'].content)).toEqual(['application/json', 'text/csv']);
  expect(responses['204']).toEqual({ description: 'Success' });
});
