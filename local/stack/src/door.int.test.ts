import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createTokenVerifier } from '@tiffin/platform/auth/tokens';
import { HOUR, MINUTE } from '@tiffin/platform/clock';
import { expect, test } from 'vitest';
import { aDoor, CONSOLE, CONSOLE_BY_NAME, JWT_SECRET, STACK_KEY } from './opened-door.fixture.ts';

test('a link signs in once: an admin token for twelve hours, and the key', async () => {
  const { signIn, firstUrl, now } = await aDoor();
  const url = new URL(firstUrl());
  expect(`${url.origin}${url.pathname}`).toBe('http://127.0.0.1:4003/console');
  const code = url.hash.replace('#code=', '');
  expect(Buffer.from(code, 'base64url')).toHaveLength(24);

  const { status, body, headers } = await signIn(code);
  expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
  expect(body).toEqual({ token: expect.any(String), expiresAt: '2026-01-02T00:00:00.000Z', stackKey: STACK_KEY });
  const claims = createTokenVerifier({ secret: JWT_SECRET, now }).verifyUser(String(body.token));
  expect(claims).toMatchObject({ sub: 'developer', role: 'admin' });

  expect(await signIn(code)).toMatchObject({ status: 410, body: { code: 'code_used' } });
});

test('a link is good for an hour, and another one takes its place', async () => {
  const { signIn, code, pass } = await aDoor();
  const old = await code();
  pass(HOUR);
  const fresh = await code();
  expect(await signIn(old)).toMatchObject({ status: 410, body: { code: 'code_expired' } });
  expect(await signIn(fresh)).toMatchObject({ status: 200 });
});

test('after ten wrong codes within a minute even a right one waits until the minute is over', async () => {
  const { signIn, code, pass } = await aDoor();
  const right = await code();
  for (let tries = 0; tries < 10; tries += 1) {
    expect(await signIn('guessed')).toMatchObject({ status: 401, body: { code: 'wrong_code' } });
  }
  const refused = await signIn(right);
  expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_tries' } });
  expect(refused.headers['retry-after']).toBe('60');
  pass(MINUTE);
  expect(await signIn(right)).toMatchObject({ status: 200 });
});

test('a new link and tokens ask for the key, and a body that is not understood is refused', async () => {
  const { get, post, signIn, withKey } = await aDoor();
  for (const path of ['/_stack/console-links', '/_stack/tokens', '/_stack/store/outage', '/elsewhere']) {
    expect(await post(path, {})).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  }
  expect(await get('/_stack/sign-in')).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  expect(await post('/_stack/sign-in', { code: 1 })).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  expect(await signIn('x'.repeat(200_000))).toMatchObject({ status: 413, body: { code: 'too_large' } });
  expect(await get('/_stack/tokens', withKey)).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
  expect(await post('/_stack/mongod/kill', {}, withKey)).toMatchObject({ status: 404, body: { code: 'not_found' } });
});

test('tokens are signed for everybody a developer plays, all at once', async () => {
  const { post, withKey, now } = await aDoor();
  const people = [
    { role: 'customer', sub: 'asha', name: 'Asha 🍛' },
    ...Array.from({ length: 99 }, (_, count) => ({ role: 'rider', sub: `r${count}`, name: 'ä'.repeat(120) })),
  ];
  const { status, body } = await post('/_stack/tokens', { people, ttlSeconds: 60 }, withKey);
  expect(status).toBe(200);
  const { items } = body;
  if (!Array.isArray(items)) throw new Error('no items');
  expect(items).toHaveLength(100);
  const [{ token, ...first }] = items;
  expect(first).toEqual({ sub: 'asha', role: 'customer', expiresAt: '2026-01-01T12:01:00.000Z' });
  const claims = createTokenVerifier({ secret: JWT_SECRET, now }).verifyUser(token);
  expect(claims).toMatchObject({ sub: 'asha', role: 'customer', name: 'Asha 🍛' });
});

test.each([
  ['nobody', { people: [] }],
  ['too many', { people: Array.from({ length: 101 }, () => ({ role: 'rider', sub: 'r' })) }],
  ['a role that is none', { people: [{ role: 'service', sub: 'r1' }] }],
  ['a sub outside the grammar', { people: [{ role: 'rider', sub: 'r 1' }] }],
  ['a field too many', { people: [{ role: 'rider', sub: 'r1', iss: 'me' }] }],
  ['a life longer than a day', { people: [{ role: 'rider', sub: 'r1' }], ttlSeconds: 86_401 }],
])('no token is signed for %s', async (_, body) => {
  const { post, withKey } = await aDoor();
  expect(await post('/_stack/tokens', body, withKey)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
});

test('where tokens are checked with a public key nobody is signed in, and the reason is said', async () => {
  const { post, signIn, withKey, firstUrl } = await aDoor({ signs: false });
  expect(firstUrl()).toBe('http://127.0.0.1:4003/console');
  const people = [{ role: 'rider', sub: 'r1' }];
  for (const reply of [
    await signIn('any'),
    await post('/_stack/console-links', {}, withKey),
    await post('/_stack/tokens', { people }, withKey),
  ]) {
    expect(reply).toMatchObject({ status: 409, body: { code: 'cannot_sign' } });
    expect(reply.body.detail).toContain('JWT_PUBLIC_KEY');
  }
});

test.each([CONSOLE, CONSOLE_BY_NAME])('a page of %s may ask, also after asking first', async (origin) => {
  const { get, preflight, withKey } = await aDoor();
  const asked = await preflight({ origin, 'access-control-request-method': 'POST' });
  expect(asked.status).toBe(204);
  expect(asked.headers).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type, x-stack-key',
    vary: 'Origin',
  });
  for (const headers of [{ origin }, { origin, ...withKey }]) {
    const reply = await get('/_stack', headers);
    expect(reply.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
  }
});

test.each(['https://evil.example', 'http://127.0.0.1:4001', 'null'])(
  'a page of %s may do nothing, whatever it shows',
  async (origin) => {
    const { get, post, preflight, signIn, withKey, code } = await aDoor();
    const right = await code();
    for (const reply of [
      await preflight({ origin, 'access-control-request-method': 'POST' }),
      await get('/_stack', { origin, ...withKey }),
      await post('/_stack/sign-in', { code: right }, { origin }),
    ]) {
      expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden_origin' } });
      expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
    }
    expect(await signIn(right)).toMatchObject({ status: 200 });
  },
);

test('a name that was made to point to this machine opens nothing', async () => {
  const { port, get, withKey } = await aDoor();
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`, 'localhost.']) {
    const reply = await get('/_stack', { host, ...withKey });
    expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden_host' } });
  }
  expect(await get('/_stack', { host: `localhost:${port}`, ...withKey })).toMatchObject({ status: 200 });
});

test('what is not ours is never broken, and the reason is said beforehand', async () => {
  const { get, post, withKey } = await aDoor();
  const { body } = await get('/_stack', withKey);
  expect(body).toMatchObject({
    breakable: {
      rabbitmq: { possible: false, why: 'RABBITMQ_URL names a RabbitMQ that is not ours to break' },
      store: { possible: false, why: 'MongoDB was running before this stack, and others may use it' },
      razorpay: { possible: false, why: 'RAZORPAY_API_URL names a Razorpay that is not ours' },
    },
    outages: [],
  });
  for (const what of ['rabbitmq', 'store']) {
    const reply = await post(`/_stack/${what}/outage`, { ms: 100 }, withKey);
    expect(reply).toMatchObject({ status: 409, body: { code: 'not_breakable' } });
  }
});

test('an outage lasts a tenth of a second to a minute, and poison goes to queues of the house alone', async () => {
  const { post, withKey } = await aDoor();
  for (const ms of [99, 60_001, 1.5, '100']) {
    const reply = await post('/_stack/store/outage', { ms }, withKey);
    expect(reply).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  }
  for (const queue of ['PAYMENT_SUCCESS.dead', 'amq.gen-1', '']) {
    expect(await post('/_stack/poison', { queue }, withKey)).toMatchObject({ status: 400 });
  }
  expect(await post('/_stack/poison', {}, withKey)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
});

test.each([
  ['broken HTTP', 'GARBAGE\r\n\r\n', 'HTTP/1.1 400 Bad Request', 'invalid_request'],
  [
    'a header of 20 KB',
    `GET /_stack HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ${'x'.repeat(20_480)}\r\n\r\n`,
    'HTTP/1.1 431 Request Header Fields Too Large',
    'headers_too_large',
  ],
  ['no Host', 'GET /_stack HTTP/1.1\r\nConnection: close\r\n\r\n', 'HTTP/1.1 400 Bad Request', 'invalid_request'],
])('%s is answered with a problem, as the services do', async (_, request, statusLine, code) => {
  const { port } = await aDoor();
  const socket = connect(port, '127.0.0.1');
  socket.end(request);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head.split('\r\n')[0]).toBe(statusLine);
  expect(head).toMatch(/^content-type: application\/problem\+json/im);
  expect(JSON.parse(body)).toMatchObject({ code, detail: expect.any(String) });
});
