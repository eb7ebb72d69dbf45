import { once } from 'node:events';
import http, { type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import * as z from 'zod';
import { createServiceTokens } from '../auth/tokens.ts';
import { describeError } from '../observability/log-fields.ts';
import { SERVICE_SECRET, startThings } from './server.fixture.ts';
import { createServiceClient } from './service-client.ts';
import { ServiceUnavailable } from './service-unavailable.ts';

const tokens = createServiceTokens({ secret: SERVICE_SECRET, name: 'rider' });
const reply = z.object({ caller: z.string() });

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) => {
    if (server) server.close(() => resolve());
    else resolve();
  });
  server = undefined;
});

const clientOf = (baseUrl: string) => createServiceClient({ baseUrl, tokens, audience: 'utils', timeoutMs: 500 });
const clientFor = async (listener: RequestListener) => {
  server = http.createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return clientOf(`http://127.0.0.1:${port}/`);
};

it('asks under its own name, and tells a refusal by its code', async () => {
  const things = await startThings();
  const client = clientOf(things.url);
  expect(await client.get('/api/v1/internal/things', reply)).toEqual({ ok: true, body: { caller: 'rider' } });
  expect(await client.get('/api/v1/nothing', reply)).toEqual({ ok: false, status: 404, code: 'not_found' });
  await things.close();
  await expect(client.get('/api/v1/internal/things', reply)).rejects.toThrow(ServiceUnavailable);
});

it('passes the trace on', async () => {
  const client = await clientFor((request, response) =>
    response.end(JSON.stringify({ caller: request.headers.traceparent })),
  );
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect(await client.get('/', reply, { traceparent })).toEqual({ ok: true, body: { caller: traceparent } });
});

it('tells a refusal that is no problem document by its status', async () => {
  const client = await clientFor((_request, response) => response.writeHead(404).end('{"code":7}'));
  expect(await client.get('/x', reply)).toEqual({ ok: false, status: 404, code: 'unknown' });
});

it('calls everything that is no answer a fault: 5xx, 429, redirects, silence, rubbish, another form', async () => {
  const answers: Record<string, RequestListener> = {
    '/500': (_request, response) => response.writeHead(500).end('{}'),
    '/429': (_request, response) => response.writeHead(429).end('{}'),
    '/redirect': (_request, response) => response.writeHead(302, { Location: '/fine' }).end(),
    '/fine': (_request, response) => response.end('{"caller":"x"}'),
    '/silent': () => undefined,
    '/half': (_request, response) => response.writeHead(200, { 'Content-Length': '100' }).write('{"caller"'),
    '/html': (_request, response) => response.end('<html>'),
    '/other': (_request, response) => response.end('{"caller":7}'),
    '/hang-up': (request) => request.socket.destroy(),
  };
  const client = await clientFor((request, response) => answers[request.url ?? '']?.(request, response));
  expect(await client.get('/fine', reply)).toEqual({ ok: true, body: { caller: 'x' } });
  for (const path of Object.keys(answers).filter((name) => name !== '/fine')) {
    await expect(client.get(path, reply), path).rejects.toThrow(ServiceUnavailable);
  }
});

it('names what kept a service from answering, in one line without a stack', async () => {
  const said = async (client: ReturnType<typeof clientOf>, path: string) => {
    const fault: unknown = await client.get(path, reply).catch((error: unknown) => error);
    if (!(fault instanceof ServiceUnavailable)) throw new Error('it was no fault');
    expect(describeError(fault)).toEqual({ type: 'ServiceUnavailable', message: fault.message });
    return fault.message;
  };
  const client = await clientFor((request, response) => {
    if (request.url === '/html') response.end('<html>');
    if (request.url === '/hang-up') request.socket.destroy();
    if (request.url === '/redirect') response.writeHead(302, { Location: '/html' }).end();
  });
  expect(await said(client, '/silent')).toBe('utils cannot be asked: no answer within 500 ms');
  expect(await said(client, '/html')).toBe('utils cannot be asked: its answer is not JSON');
  expect(await said(client, '/hang-up')).toBe('utils cannot be asked: UND_ERR_SOCKET');
  expect(await said(client, '/redirect')).toBe('utils cannot be asked: unexpected redirect');
  const gone = http.createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  expect(await said(clientOf(`http://127.0.0.1:${port}`), '/')).toBe('utils cannot be asked: ECONNREFUSED');
});

it('never asks outside its base address', async () => {
  const client = await clientFor((request, response) => response.end(JSON.stringify({ caller: request.url })));
  await expect(client.get('@evil.example/', reply)).rejects.toThrow(/starts with/);
  expect(await client.get('//evil.example/', reply)).toEqual({ ok: true, body: { caller: '//evil.example/' } });
});
