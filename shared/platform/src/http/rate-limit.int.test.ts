import { afterEach, expect, it, vi } from 'vitest';
import { expectProblem, serviceTokenOf, startThings, type Things, tokenOf } from './server.fixture.ts';
import type { HttpServerOptions } from './server.ts';

const PATH = '/api/v1/things';

let things: Things;
afterEach(async () => {
  vi.useRealTimers();
  await things.close();
});

/** With the clock held still: no window ends because the machine is slow. */
const start = async (more: Partial<HttpServerOptions> = {}) => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  things = await startThings({ rateLimit: { rps: 5 }, ...more });
};
const statuses = async (times: number, ask: () => Promise<{ status: number }>) => {
  const answers = await Promise.all(Array.from({ length: times }, ask));
  return answers.map(({ status }) => status).sort();
};

it('lets a person ask twice the rate in two seconds, then says when to come back, then lets them again', async () => {
  await start();
  const ask = () => things.call('GET', PATH, { token: tokenOf('customer', 'asha') });
  expect(await statuses(12, ask)).toEqual([...Array(10).fill(200), 429, 429]);

  const refused = await ask();
  expectProblem(refused, 429, 'too_many_requests');
  expect(refused.headers.get('retry-after')).toBe('2');
  expect(refused.headers.get('ratelimit')).toBe('"10-in-2sec"; r=0; t=2');
  expect(refused.headers.get('ratelimit-policy')).toBe('"10-in-2sec"; q=10; w=2');

  vi.advanceTimersByTime(2_001);
  const answer = await ask();
  expect([answer.status, answer.headers.get('ratelimit')]).toEqual([200, '"10-in-2sec"; r=9; t=2']);
});

it('counts each person alone, and callers without a good token by their address', async () => {
  await start();
  const ask = (sub: string) => () => things.call('GET', PATH, { token: tokenOf('customer', sub) });
  expect(await statuses(11, ask('asha'))).toContain(429);
  expect(await statuses(10, ask('bina'))).not.toContain(429);
  expect(await statuses(11, () => things.call('GET', PATH, { token: 'rubbish' }))).toEqual([
    ...Array(10).fill(401),
    429,
  ]);
  expect(await statuses(1, () => things.call('GET', '/api/v1/open'))).toEqual([429]);
});

/** Asks under another forwarded address each time. */
const askAsNext = () => {
  let caller = 0;
  return () => {
    caller += 1;
    return things.call('GET', '/api/v1/open', { headers: { 'x-forwarded-for': `10.0.0.${caller}` } });
  };
};

it('does not believe X-Forwarded-For from anybody', async () => {
  await start();
  expect(await statuses(11, askAsNext())).toContain(429);
});

it('believes X-Forwarded-For from the proxies it was told of', async () => {
  await start({ trustProxy: ['loopback'] });
  expect(await statuses(11, askAsNext())).not.toContain(429);
});

it('counts neither services, webhooks nor questions about health', async () => {
  await start();
  const services = () => things.call('GET', '/api/v1/internal/things', { token: serviceTokenOf('rider') });
  expect(await statuses(12, services)).toEqual(Array(12).fill(200));
  expect(await statuses(12, () => things.call('POST', '/api/v1/webhooks/thing', { text: '{}' }))).toEqual(
    Array(12).fill(200),
  );
  for (const path of ['/livez', '/readyz', '/health', '/metrics', '/openapi.json']) {
    expect(await statuses(12, () => things.call('GET', path))).toEqual(Array(12).fill(200));
  }
});
