import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, serviceTokenOf, startThings, THING_ID, type Things, tokenOf } from './server.fixture.ts';

const PATH = `/api/v1/things/${THING_ID}`;
const INTERNAL = '/api/v1/internal/things';
const CHALLENGE = 'Bearer error="invalid_token"';
const INTERNAL_KEY = 'Qw8Er5Ty2Ui9Op4As7Df1Gh6Jk3Lz0Xc';

let things: Things;
beforeAll(async () => {
  things = await startThings();
});
afterAll(() => things.close());

const refuses = (answer: Awaited<ReturnType<Things['call']>>) => {
  expectProblem(answer, 401, 'unauthenticated');
  expect(answer.headers.get('www-authenticate')).toBe(CHALLENGE);
};

const withAuthorization = (authorization: string) => things.call('GET', PATH, { headers: { authorization } });

describe('401 with WWW-Authenticate', () => {
  it('A1: without a token', async () => refuses(await things.call('GET', PATH)));

  it('A2: with another scheme', async () => {
    for (const scheme of ['Basic', 'Token', 'Digest', 'BearerX'])
      refuses(await withAuthorization(`${scheme} ${tokenOf('admin')}`));
  });

  it('A3: with an empty or a broken bearer token', async () => {
    const broken = [
      'Bearer',
      'Bearer ',
      'Bearer  ',
      'Bearer a b',
      'Bearer a,b',
      `Bearer "${tokenOf('admin')}"`,
      'Bearer ..',
      'Bearer a.b.c',
    ];
    for (const value of broken) refuses(await withAuthorization(value));
  });

  it('A4: with two Authorization headers, both valid', async () => {
    const header = `Authorization: Bearer ${tokenOf('admin')}\r\n`;
    const once = await things.raw(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n${header}Connection: close\r\n\r\n`);
    const twice = await things.raw(
      `GET ${PATH} HTTP/1.1\r\nHost: x\r\n${header}${header.toLowerCase().replace('bearer', 'Bearer')}Connection: close\r\n\r\n`,
    );
    expect(once).toMatch(/^HTTP\/1\.1 200 /);
    expect(twice).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('A20: a service on a route for people, and a person on a route for services', async () => {
    refuses(await things.call('GET', PATH, { token: serviceTokenOf('rider') }));
    refuses(await things.call('GET', INTERNAL, { token: tokenOf('admin') }));
    refuses(await things.call('GET', INTERNAL));
  });

  it('A28: a revoked token', async () => {
    const guarded = await startThings({ revoked: ({ sub }) => sub === 'rider-9' });
    refuses(await guarded.call('GET', '/api/v1/things', { token: tokenOf('rider', 'rider-9') }));
    expect((await guarded.call('GET', '/api/v1/things', { token: tokenOf('rider', 'rider-8') })).status).toBe(200);
    await guarded.close();
  });

  it('accepts the scheme in any case, as RFC 9110 has it', async () => {
    expect((await withAuthorization(`bearer ${tokenOf('admin')}`)).status).toBe(200);
  });
});

it('A27: answers 431 to a token larger than all headers may be', async () => {
  const answer = await things.raw(
    `GET ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'A'.repeat(10_000_000)}\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(answer).toContain('application/problem+json');
  expect(answer).toContain('"code":"headers_too_large"');
});

describe('the internal key', () => {
  it('counts for nothing when none is set, also when it is sent empty', async () => {
    for (const key of ['', 'undefined', INTERNAL_KEY]) {
      refuses(await things.call('GET', INTERNAL, { headers: { 'x-internal-key': key } }));
    }
  });

  it('lets in who holds exactly it, on routes for services alone', async () => {
    const keyed = await startThings({ internalKey: INTERNAL_KEY });
    const ask = (key: string, path = INTERNAL) => keyed.call('GET', path, { headers: { 'x-internal-key': key } });
    expect(JSON.parse((await ask(INTERNAL_KEY)).text)).toEqual({ caller: 'internal-key' });
    for (const key of ['', INTERNAL_KEY.slice(1), `${INTERNAL_KEY}x`, INTERNAL_KEY.toLowerCase()])
      refuses(await ask(key));
    refuses(await ask(INTERNAL_KEY, PATH));
    await keyed.close();
  });

  it('cannot be shorter than 32 bytes', async () => {
    await expect(startThings({ internalKey: 'short' })).rejects.toThrow(/32 bytes/);
    await expect(startThings({ internalKey: '' })).rejects.toThrow(/32 bytes/);
  });
});
