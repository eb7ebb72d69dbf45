import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, startThings, type Things, tokenOf } from './server.fixture.ts';

const PATH = '/api/v1/things';
const WEBHOOK = '/api/v1/webhooks/thing';
const good = { name: 'cup', quantity: 1 };

let things: Things;
beforeAll(async () => {
  things = await startThings();
});
afterAll(() => things.close());

const post = (text: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  things.call('POST', PATH, { token: tokenOf('customer'), text, headers });
const refuses = async (text: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  expectProblem(await post(text, headers), 400, 'invalid_request');
const withField = (field: string, json: string) => JSON.stringify(good).replace(/}$/, `,"${field}":${json}}`);

describe('bodies', () => {
  it('answers 400 to what is not JSON', async () => {
    for (const text of ['{', '{"name":}', 'name=cup', "{'name':1}", '{"a":1,}', '\uFEFF{}', 'NaN', '{}{}', ' '])
      await refuses(text);
  });

  it('answers 400 to JSON that is no object', async () => {
    for (const text of ['null', '[]', '7', '"text"', 'true', '[[1]]']) await refuses(text);
  });

  it('answers 400 to bytes that are not UTF-8', async () => {
    // JSON in every other respect: a decoder that puts U+FFFD for what it cannot read would take it.
    await refuses(Buffer.from('{"name":"c\xffp","quantity":1}', 'latin1'));
    await refuses(Buffer.from(JSON.stringify(good), 'utf16le'));
  });

  it('answers 415 to another media type, charset or content encoding', async () => {
    const text = JSON.stringify(good);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonp',
      'application/json; charset=utf-7',
      'application/json; charset=utf-16',
      'application/json; x=y',
      '',
    ]) {
      expectProblem(await post(text, { 'content-type': type }), 415, 'unsupported_media_type');
    }
    for (const encoding of ['zstd', 'compress', 'gzip, gzip', 'x']) {
      expectProblem(await post(text, { 'content-encoding': encoding }), 415, 'unsupported_media_type');
    }
    expect((await post(text, { 'content-type': 'Application/JSON; charset="UTF-8"' })).status).toBe(201);
  });

  it('answers 413 to a body of more than 100 KB, told or not told beforehand', async () => {
    const big = JSON.stringify({ ...good, note: 'x'.repeat(110_000) });
    expectProblem(await post(big), 413, 'payload_too_large');
    const head = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokenOf('customer')}\r\nContent-Type: application/json\r\n`;
    const chunked = `${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`;
    expect(await things.raw(chunked)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('G123: answers 413 to a small gzip that inflates to 50 MB, and takes an honest one', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    expectProblem(await post(bomb, { 'content-encoding': 'gzip' }), 413, 'payload_too_large');
    expect((await post(gzipSync(JSON.stringify(good)), { 'content-encoding': 'gzip' })).status).toBe(201);
    await refuses('not gzip', { 'content-encoding': 'gzip' });
    await refuses(gzipSync(JSON.stringify(good)).subarray(0, 20), { 'content-encoding': 'gzip' });
  });

  it('C51: leaves a raw body as it came, and takes it neither compressed nor under another type', async () => {
    const answer = await things.call('POST', WEBHOOK, { text: '{ "a" : 1 }\n' });
    expect(Buffer.from(JSON.parse(answer.text).hex, 'hex').toString()).toBe('{ "a" : 1 }\n');
    const hook = (text: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
      things.call('POST', WEBHOOK, { text, headers });
    expectProblem(await hook(gzipSync('{}'), { 'content-encoding': 'gzip' }), 415, 'unsupported_media_type');
    expectProblem(await hook('{}', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type');
    expectProblem(await hook('x'.repeat(1_025), {}), 413, 'payload_too_large');
    expect((await hook('x'.repeat(1_024), {})).status).toBe(200);
  });
});

describe('injection', () => {
  it('G114: refuses a query operator for every text field', async () => {
    for (const operator of ['{"$ne":null}', '{"$gt":""}', '{"$regex":"^(a+)+$"}', '["cup"]', 'null', '7']) {
      await refuses(withField('note', operator));
      await refuses(JSON.stringify(good).replace('"cup"', operator));
    }
  });

  it('G115: refuses operators as fields', async () => {
    for (const field of ['$where', '$expr', '$regex', '$set', '$or']) await refuses(withField(field, '"sleep(1000)"'));
  });

  it('G116: refuses a query name given twice, and operators in a query', async () => {
    const list = (query: string) => things.call('GET', `${PATH}?${query}`, { token: tokenOf('customer') });
    for (const query of [
      'limit=1&limit=2',
      'limit=1&limit=1',
      'limit[$ne]=1',
      'limit[]=1',
      'cursor[$ne]=1',
      '__proto__=1',
      'other=1',
      'limit=1%00',
      'cursor=%00',
    ]) {
      expectProblem(await list(query), 400, 'invalid_request');
    }
    expectProblem(await things.call('GET', '/api/v1/open?a=1&a=2'), 400, 'invalid_request');
    expect((await list('limit=7')).text).toBe('{"limit":7}');
  });

  it('H134: refuses page sizes outside 1 to 100', async () => {
    for (const limit of ['0', '-1', '101', '1e9', '1.5', '', ' 1', '0x10', '٣', 'NaN']) {
      const answer = await things.call('GET', `${PATH}?limit=${encodeURIComponent(limit)}`, {
        token: tokenOf('customer'),
      });
      expectProblem(answer, 400, 'invalid_request');
    }
  });

  it('G117: refuses dotted and dollar names', async () => {
    for (const field of ['a.b', 'name.first', '$set', 'tags.0']) await refuses(withField(field, '1'));
  });

  it('G118: refuses ids of 12 characters and of 25 hex digits, and other things in their place', async () => {
    for (const id of [
      'abcdefghijkl',
      'a'.repeat(25),
      'a'.repeat(23),
      'A'.repeat(24),
      '[object%20Object]',
      '%00',
      '%24ne',
      '..%2f..%2fetc',
    ]) {
      expectProblem(await things.call('GET', `${PATH}/${id}`, { token: tokenOf('customer') }), 400, 'invalid_request');
    }
  });

  it('G119, G120: refuses driver types and prototype names', async () => {
    for (const field of [
      '_bsontype',
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '__v',
      '_id',
      'status',
      'role',
    ]) {
      await refuses(withField(field, '{"polluted":true}'));
    }
    await refuses(withField('tags', '[{"__proto__":{"polluted":true}}]'));
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('G121: refuses 15,000 nested arrays and 100,000 items, quickly', async () => {
    const started = performance.now();
    await refuses('['.repeat(15_000) + ']'.repeat(15_000));
    await refuses(withField('tags', '['.repeat(30) + ']'.repeat(30)));
    await refuses(withField('tags', `[${'1,'.repeat(49_000)}1]`));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('G122: takes the last of two equal names, as JSON.parse does, and only if that is right', async () => {
    const answer = await post('{"name":"cup","quantity":0,"quantity":2}');
    expect(answer.status).toBe(201);
    await refuses('{"name":"cup","quantity":2,"quantity":0}');
  });
});

describe('text', () => {
  const named = (json: string) => `{"name":${json},"quantity":1}`;

  it('G124: refuses NUL, lone surrogates, control and bidirectional characters', async () => {
    for (const text of [
      'a\\u0000b',
      '\\ud800',
      '\\udc00a',
      'a\\r\\nSet-Cookie: x',
      '\\u001b[31m',
      '\\u202Eevil',
      '\\u2066x',
      '\\u0085',
    ]) {
      await refuses(named(`"${text}"`));
    }
    await refuses('{"name":"cup","quantity":1,"\\ud800":1}');
  });

  it('G124: takes emoji and refuses 10,000 combining marks', async () => {
    expect(JSON.parse((await post(named('"\u{1F35B} thali"'))).text).name).toBe('\u{1F35B} thali');
    await refuses(named(`"a${'\u0301'.repeat(10_000)}"`));
  });

  it('G124: makes twins of one word equal', async () => {
    const composed = JSON.parse((await post(named('"caf\u00e9"'))).text).name;
    const decomposed = JSON.parse((await post(named('"cafe\u0301"'))).text).name;
    expect(decomposed).toBe(composed);
  });

  it('refuses an unknown field whose name cannot be shown, without showing it', async () => {
    const { errors } = await refuses('{"name":"cup","quantity":1,"\\u0000":1}');
    expect(errors).toEqual([{ pointer: '', detail: 'a field name must not contain NUL' }]);
  });

  it('cuts what it repeats of the caller', async () => {
    const problem = await refuses(withField('x'.repeat(50_000), '1'));
    expect(JSON.stringify(problem).length).toBeLessThan(1_000);
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`field${at}`, at]));
    expect((await refuses(JSON.stringify(many))).errors).toHaveLength(20);
  });
});

describe('numbers', () => {
  it('H126, H127: refuses what is not a whole number from 1 to 1000', async () => {
    for (const number of [
      '0',
      '-1',
      '0.5',
      '1e21',
      '9007199254740993',
      '"100"',
      '1e999',
      '-1e999',
      '-0',
      '1001',
      'true',
      '[7]',
      '""',
      'null',
    ]) {
      await refuses(`{"name":"cup","quantity":${number}}`);
    }
    expect((await post('{"name":"cup","quantity":1e3}')).status).toBe(201);
  });
});

describe('broken HTTP', () => {
  const expectRaw = async (bytes: string, status: number) => {
    const answer = await things.raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
  };

  it('answers 400 to what is no request', async () => {
    await expectRaw('rubbish\r\n\r\n', 400);
    await expectRaw('GET / HTTP/9.9\r\nHost: x\r\n\r\n', 400);
    await expectRaw('GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n', 400);
    await expectRaw('GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n', 400);
    await expectRaw('BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n', 400);
  });

  it('answers 400 to two lengths, or a length beside chunks: the two halves of request smuggling', async () => {
    await expectRaw(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`, 400);
    await expectRaw(
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    );
  });

  it('answers 400 to an HTTP/1.1 request without a Host, and serves an HTTP/1.0 one', async () => {
    await expectRaw('GET /livez HTTP/1.1\r\n\r\n', 400);
    await expectRaw(`POST ${PATH} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}`, 400);
    expect(await things.raw('GET /livez HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('answers 431 to headers of more than 16 KB', async () => {
    await expectRaw(`GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`, 431);
  });

  it('answers an Expect it does not know as if it were not there', async () => {
    const answer = await things.raw('GET /livez HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('still serves after all of this', async () => {
    expect((await things.call('GET', '/readyz')).status).toBe(200);
    expect(things.logs.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
