import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newThing, startThings, type Things, tokenOf } from './server.fixture.ts';

const PATH = '/api/v1/things';
const RUNS = 120;

let things: Things;
let token: string;
beforeAll(async () => {
  things = await startThings();
  token = tokenOf('customer');
});
afterAll(() => things.close());

/** Every answer is a documented success or a whole problem, and never a fault. */
const expectDocumented = (answer: Awaited<ReturnType<Things['call']>>, successes: readonly number[]) => {
  expect(answer.status, answer.text).toBeLessThan(500);
  if (successes.includes(answer.status)) return;
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(JSON.parse(answer.text)).toMatchObject({
    status: answer.status,
    code: expect.any(String),
    title: expect.any(String),
  });
};

const nearlyRight = fc.record(
  {
    name: fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.jsonValue()),
    quantity: fc.oneof(fc.integer({ min: -5, max: 1_005 }), fc.double(), fc.jsonValue()),
    note: fc.oneof(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
    tags: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

describe('whatever is sent', () => {
  it('any JSON body is either made into a thing or refused as a problem, exactly as the schema says', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), nearlyRight), async (body) => {
        const answer = await things.call('POST', PATH, { token, body });
        expectDocumented(answer, [201]);
        const right = newThing.safeParse(JSON.parse(JSON.stringify(body))).success;
        expect(answer.status === 201).toBe(right);
        if (right) made += 1;
      }),
      {
        numRuns: RUNS,
        examples: [[{ name: 'cup', quantity: 1 }], [{ name: 'cup', quantity: 1_000, note: 'x', tags: [] }]],
      },
    );
    // A run that only ever saw refusals would prove nothing.
    expect(made).toBeGreaterThanOrEqual(2);
  });

  it('any bytes as a body are answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expectDocumented(await things.call('POST', PATH, { token, text: Buffer.from(bytes) }), [201]);
      }),
      { numRuns: RUNS },
    );
  });

  it('any path and query are answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.webQueryParameters(), fc.string(), async (path, query, id) => {
        expectDocumented(await things.call('GET', `/${path}?${query}`.replace(/^\/+/, '/'), { token }), [200]);
        expectDocumented(await things.call('GET', `${PATH}?${query}`, { token }), [200]);
        expectDocumented(
          await things.call('GET', `${PATH}/${encodeURIComponent(id.toWellFormed())}`, { token }),
          [200],
        );
      }),
      { numRuns: RUNS / 3 },
    );
  });

  it('any header values are answered', async () => {
    const value = fc.string({ unit: fc.constantFrom(...' !"#$%&\'()*+,-./09:;<=>?@AZ[]^_`az{|}~'), maxLength: 80 });
    const names = [
      'authorization',
      'content-type',
      'content-encoding',
      'idempotency-key',
      'traceparent',
      'x-internal-key',
      'accept',
    ];
    const headers = fc.dictionary(fc.constantFrom(...names), value);
    await fc.assert(
      fc.asyncProperty(
        headers,
        fc.constantFrom(PATH, '/api/v1/internal/things', '/api/v1/webhooks/thing'),
        async (sent, path) => {
          const trimmed = Object.fromEntries(Object.entries(sent).map(([name, text]) => [name, text.trim()]));
          const answer = await things.call('POST', path, {
            text: '{"name":"cup","quantity":1}',
            headers: { authorization: `Bearer ${token}`, ...trimmed },
          });
          expectDocumented(answer, [200, 201]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('no request of these was logged as a fault', () => {
    expect(things.logs.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
