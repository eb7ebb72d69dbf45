import { PROBLEMS, type ProblemCode, problem } from '@tiffin/contracts/problem';
import * as z from 'zod';
import type { Who } from './principal.ts';
import type { Route } from './route.ts';

type JsonObject = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
  // `any` for what JSON Schema cannot say: the document still names the field.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

const jsonContent = (schema: z.ZodType, io: 'input' | 'output') => ({
  'application/json': { schema: schemaOf(schema, io) },
});

const pathOf = (expressPath: string): string => expressPath.replace(/:([A-Za-z0-9_]+)/g, '{$1}');

const parametersOf = (schema: z.ZodType | undefined, place: 'path' | 'query'): JsonObject[] => {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
};

/** Path parameters the route does not describe are still parameters. */
const undescribed = ({ path, params }: Route): JsonObject[] => {
  const described = new Set(parametersOf(params, 'path').map(({ name }) => name));
  return [...path.matchAll(/:([A-Za-z0-9_]+)/g)]
    .map(([, name]) => name)
    .filter((name) => !described.has(name))
    .map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
};

const securityOf = (who: Who): JsonObject[] => {
  if (who === 'anyone') return [];
  return who === 'service' ? [{ serviceToken: [] }] : [{ userToken: [] }];
};

const problemCodesOf = (route: Route): ProblemCode[] => {
  const codes: ProblemCode[] = ['invalid_request', 'internal', 'unavailable', ...route.problems];
  if (route.who !== 'anyone') codes.push('unauthenticated');
  if (typeof route.who !== 'string') codes.push('forbidden');
  if (route.body || route.rawBody) codes.push('payload_too_large', 'unsupported_media_type');
  if (!route.rawBody && route.who !== 'service') codes.push('too_many_requests');
  if (route.idempotent) codes.push('idempotency_mismatch', 'idempotency_in_progress');
  if (route.path.includes(':')) codes.push('not_found');
  return codes;
};

const responsesOf = (route: Route): JsonObject => {
  const responses: JsonObject = {};
  for (const [status, schema] of Object.entries(route.replies)) {
    const texts = status === '200' ? route.texts : [];
    const textContent = Object.fromEntries(texts.map((type) => [type, { schema: { type: 'string' } }]));
    const content = { ...(schema && jsonContent(schema, 'output')), ...textContent };
    responses[status] = { description: 'Success', ...(schema && { content }) };
  }
  const codes = [...new Set(problemCodesOf(route))];
  for (const status of new Set(codes.map((code) => PROBLEMS[code].status))) {
    const ofStatus = codes.filter((code) => PROBLEMS[code].status === status);
    const description = ofStatus.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('; ');
    const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
    responses[String(status)] = { description, content };
  }
  return responses;
};

const operationOf = (route: Route): JsonObject => {
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...undescribed(route),
    ...parametersOf(route.query, 'query'),
  ];
  if (route.idempotent) {
    const schema = { type: 'string', pattern: '^"?[A-Za-z0-9_-]{8,255}"?$' };
    parameters.push({ name: 'Idempotency-Key', in: 'header', required: false, schema });
  }
  const rawContent = { 'application/json': { schema: { type: 'object' } } };
  const content = route.rawBody ? rawContent : route.body && jsonContent(route.body, 'input');
  return {
    summary: route.summary,
    'x-who': route.who,
    security: securityOf(route.who),
    ...(parameters.length > 0 && { parameters }),
    ...(content && { requestBody: { required: true, content } }),
    responses: responsesOf(route),
  };
};

const operationsPaths = (): Record<string, JsonObject> => {
  const healthy = { '200': { description: 'It runs' } };
  const ready = { '200': { description: 'pass or warn: it serves' }, '503': { description: 'fail or draining' } };
  const get = (summary: string, responses: JsonObject) => ({ get: { summary, security: [], responses } });
  return {
    '/livez': get('Whether the process runs', healthy),
    '/readyz': get('Whether it can serve', ready),
    '/health': get('The same as /readyz', ready),
    '/metrics': get('Measures, in the Prometheus text format', { '200': { description: 'Measures' } }),
    '/openapi.json': get('This document', { '200': { description: 'OpenAPI 3.1' } }),
  };
};

/** The OpenAPI 3.1 document of a route table: nothing in it is written twice, so it cannot grow stale. */
export const openApiDocument = ({ service, routes }: { service: string; routes: readonly Route[] }): JsonObject => {
  const paths = operationsPaths();
  for (const route of routes) {
    const path = pathOf(route.path);
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description });
  return {
    openapi: '3.1.0',
    info: { title: `Tiffin: ${service}`, version: '1' },
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        userToken: bearer('A person: role customer, restaurant, rider or admin'),
        serviceToken: bearer('Another service: at most 60 s, its own secret'),
      },
    },
  };
};
