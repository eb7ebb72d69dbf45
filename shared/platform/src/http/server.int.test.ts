import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, startThings, THING_ID, type Things, tokenOf } from './server.fixture.ts';

let things: Things;
beforeAll(async () => {
  things = await startThings();
});
afterAll(() => things.close());

describe('answers', () => {
  it('shows a success with only the fields its schema names', async () => {
    const answer = await things.call('GET', `/api/v1/things/${THING_ID}`, { token: tokenOf('customer') });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ id: THING_ID, name: 'customer-1' });
  });

  it('sends data that may not be cached, sniffed or framed, and does not say what serves it', async () => {
    const { headers } = await things.call('GET', '/api/v1/open');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });

  it('answers 204 without a body', async () => {
    const answer = await things.call('DELETE', `/api/v1/things/${THING_ID}`, { token: tokenOf('admin') });
    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([204, '', null]);
  });

  it('sends a text as it stands under its own media type, and beside it JSON', async () => {
    const text = await things.call('GET', '/api/v1/table?as=csv');
    expect([text.status, text.text]).toEqual([200, 'id,name\r\n1,é\r\n']);
    expect([text.headers.get('content-type'), text.headers.get('x-file')]).toEqual(['text/csv; charset=utf-8', 'yes']);
    const json = await things.call('GET', '/api/v1/table?as=json');
    expect([json.headers.get('content-type'), json.text]).toEqual([
      'application/json; charset=utf-8',
      '{"id":"1","name":"é"}',
    ]);
    expectProblem(await things.call('GET', '/api/v1/table?as=xml'), 500, 'internal');
  });

  it('takes a command without fields with no body, with {} and with nothing else', async () => {
    const path = `/api/v1/things/${THING_ID}/rest`;
    const token = tokenOf('rider');
    expect((await things.call('POST', path, { token })).status).toBe(202);
    expect((await things.call('POST', path, { token, body: {} })).status).toBe(202);
    const { errors } = expectProblem(
      await things.call('POST', path, { token, body: { now: 1 } }),
      400,
      'invalid_request',
    );
    expect(errors).toEqual([{ pointer: '/now', detail: 'unknown field' }]);
  });

  it('answers HEAD as GET, without the body', async () => {
    const answer = await things.call('HEAD', '/api/v1/open');
    expect([answer.status, answer.text]).toEqual([200, '']);
  });

  it('continues the trace of the caller, and begins one when there is none or a bad one', async () => {
    const path = `/api/v1/things/${THING_ID}/rest`;
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const trace = async (traceparent?: string) => {
      const answer = await things.call('POST', path, {
        token: tokenOf('rider'),
        ...(traceparent !== undefined && { headers: { traceparent } }),
      });
      return String(JSON.parse(answer.text).traceparent);
    };
    expect(await trace(`00-${traceId}-00f067aa0ba902b7-01`)).toMatch(
      new RegExp(`^00-${traceId}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`),
    );
    for (const bad of [undefined, 'x', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]) {
      expect(await trace(bad)).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    }
  });
});

describe('errors', () => {
  it('answers 404 where there is nothing', async () => {
    for (const path of [
      '/',
      '/api/v1',
      '/api/v1/nothing',
      '/api/v1/things/a/b',
      '/.env',
      '//evil.example/x',
      '/API/v1/open',
      '/api/v1/%6fpen',
    ]) {
      expectProblem(await things.call('GET', path), 404, 'not_found');
    }
  });

  it('answers 405 with what a known path takes', async () => {
    const answer = await things.call('PUT', '/api/v1/things', { body: {} });
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe('GET, POST, HEAD');
    expectProblem(await things.call('POST', '/livez'), 405, 'method_not_allowed');
    expectProblem(await things.call('OPTIONS', '/api/v1/things'), 405, 'method_not_allowed');
  });

  it('names every wrong part of a request in one answer, with a pointer to each', async () => {
    const answer = await things.call('POST', '/api/v1/things', {
      token: tokenOf('customer'),
      body: { quantity: 0, tags: ['ok', 7], 'odd/~name': 1 },
    });
    const { errors } = expectProblem(answer, 400, 'invalid_request');
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual(['/name', '/odd~1~0name', '/quantity', '/tags/1']);
  });

  it('says nothing of a fault but its instance, under which the log has it', async () => {
    const answer = await things.call('GET', '/api/v1/broken');
    const { instance } = expectProblem(answer, 500, 'internal');
    expect(answer.text).not.toMatch(/hunter2|password|Error|at /);
    const requestId = instance.replace('urn:uuid:', '');
    expect(answer.headers.get('x-request-id')).toBe(requestId);
    const line = things.logs.find((text) => text.includes(requestId) && text.includes('a request failed'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'error', route: '/api/v1/broken', err: { type: 'Error' } });
  });

  it('answers 503 with Retry-After while what it needs is away', async () => {
    const answer = await things.call('GET', '/api/v1/away');
    expectProblem(answer, 503, 'unavailable');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('answers 500 rather than send a body its route does not document', async () => {
    const answer = await things.call('GET', '/api/v1/wrong-reply');
    expectProblem(answer, 500, 'internal');
    expect(things.logs.join('')).toContain('GET /api/v1/wrong-reply answered 200 with a body unlike its schema');
  });

  it('answers 400 to broken percent-encoding in a path', async () => {
    for (const id of ['%zz', '%', '%ff', '%C0%80']) {
      expectProblem(
        await things.call('GET', `/api/v1/things/${id}`, { token: tokenOf('customer') }),
        400,
        'invalid_request',
      );
    }
  });
});

describe('who may call', () => {
  it('tells the caller of a service route', async () => {
    const { serviceTokenOf } = await import('./server.fixture.ts');
    const answer = await things.call('GET', '/api/v1/internal/things', { token: serviceTokenOf('rider') });
    expect(JSON.parse(answer.text)).toEqual({ caller: 'rider' });
  });

  it('answers 403 to a role that is not named, before it reads the body', async () => {
    expectProblem(
      await things.call('DELETE', `/api/v1/things/${THING_ID}`, { token: tokenOf('customer') }),
      403,
      'forbidden',
    );
    expectProblem(
      await things.call('DELETE', `/api/v1/things/${'z'.repeat(900)}`, { token: tokenOf('rider') }),
      403,
      'forbidden',
    );
  });

  it('answers 401 before it looks at a body', async () => {
    expectProblem(await things.call('POST', '/api/v1/things', { text: '{not json' }), 401, 'unauthenticated');
  });

  it('ignores tokens on a route for anybody', async () => {
    const answer = await things.call('GET', '/api/v1/open', { token: 'rubbish' });
    expect(JSON.parse(answer.text)).toEqual({ kind: 'anyone' });
  });
});

describe('pages of other origins', () => {
  it('may read answers only from the origins that are allowed', async () => {
    const open = await startThings({ allowedOrigins: ['http://127.0.0.1:4003/'] });
    const ask = (origin: string) => open.call('GET', '/api/v1/open', { headers: { origin } });
    expect((await ask('http://127.0.0.1:4003')).headers.get('access-control-allow-origin')).toBe(
      'http://127.0.0.1:4003',
    );
    for (const origin of ['http://127.0.0.1:4004', 'https://127.0.0.1:4003', 'null', 'http://evil.example']) {
      expect((await ask(origin)).headers.get('access-control-allow-origin')).toBeNull();
    }
    const preflight = await open.call('OPTIONS', '/api/v1/things', {
      headers: { origin: 'http://127.0.0.1:4003', 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
      204,
      'GET, POST, PUT, PATCH, DELETE',
    ]);
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
    await open.close();
  });
});

describe('pages beside the table', () => {
  it('are mounted by extend, and a fault in one is a problem too', async () => {
    const extended = await startThings({
      extend: (app) => {
        app.get('/page', (_request, response) => {
          response.type('html').send('<p>hello</p>');
        });
        app.get('/page/broken', () => {
          throw new Error('secret');
        });
      },
    });
    expect((await extended.call('GET', '/page')).text).toBe('<p>hello</p>');
    const broken = await extended.call('GET', '/page/broken');
    expectProblem(broken, 500, 'internal');
    expect(broken.text).not.toContain('secret');
    await extended.close();
  });
});

describe('the route table', () => {
  it('refuses two rows for one method and path', async () => {
    const { createThings } = await import('./server.fixture.ts');
    const { routes } = createThings();
    await expect(startThings({ routes: [...routes, ...routes.slice(0, 1)] })).rejects.toThrow(/stands twice/);
  });

  it('refuses an idempotent route without a place for its keys', async () => {
    const { createHttpServer } = await import('./server.ts');
    const { createThings, SERVICE_SECRET, USER_SECRET } = await import('./server.fixture.ts');
    const { createServiceTokens, createTokenVerifier } = await import('../auth/tokens.ts');
    const { createLogger } = await import('../observability/logger.ts');
    const make = () =>
      createHttpServer({
        service: 'utils',
        routes: createThings().routes,
        verifier: createTokenVerifier({ secret: USER_SECRET }),
        serviceTokens: createServiceTokens({ secret: SERVICE_SECRET, name: 'utils' }),
        logger: createLogger({ service: 'utils', level: 'silent' }),
        health: async () => ({ status: 'pass', checks: {} }),
      });
    expect(make).toThrow(/needs an idempotency store/);
  });
});
