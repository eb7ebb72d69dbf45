import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryIdempotency, expectProblem, startThings, type Things, tokenOf } from './server.fixture.ts';

const PATH = '/api/v1/things';
const KEY = 'order-2f6d1c';

let things: Things;
beforeEach(async () => {
  things = await startThings();
});
afterEach(() => things.close());

const post = (key: string | undefined, body: unknown, sub = 'asha') =>
  things.call('POST', PATH, {
    token: tokenOf('customer', sub),
    body,
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });
const cup = { name: 'cup', quantity: 1 };

describe('H135: an Idempotency-Key', () => {
  it('gives the first answer again, however the same body is written', async () => {
    const first = await post(KEY, cup);
    const again = await post(KEY, { quantity: 1, name: 'cup' });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(things.runs).toHaveLength(1);
  });

  it('is the same key quoted and bare', async () => {
    const first = await post(KEY, cup);
    expect((await post(`"${KEY}"`, cup)).text).toBe(first.text);
  });

  it('may be absent, and then every request runs', async () => {
    await post(undefined, cup);
    await post(undefined, cup);
    expect(new Set(things.runs).size).toBe(2);
  });

  it('is refused when it is none', async () => {
    for (const key of ['short', 'x'.repeat(300), 'with space', '"half', 'a;b=c;d', '""', '']) {
      expectProblem(await post(key, cup), 400, 'invalid_request');
    }
    expect(things.runs).toEqual([]);
  });

  it('is refused with another body', async () => {
    await post(KEY, cup);
    expectProblem(await post(KEY, { ...cup, quantity: 2 }), 422, 'idempotency_mismatch');
  });

  it("belongs to one person and one path: nobody meets another's answer", async () => {
    await post(KEY, cup, 'asha');
    const other = await post(KEY, cup, 'bina');
    expect([other.status, other.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(things.runs).toHaveLength(2);
  });

  it('repeats a refusal too, under the id of the new request', async () => {
    const refused = { name: 'refuse me', quantity: 1 };
    const first = expectProblem(await post(KEY, refused), 409, 'stale');
    const again = expectProblem(await post(KEY, refused), 409, 'stale');
    expect(again).toEqual({ ...first, instance: again.instance });
    expect(again.instance).not.toBe(first.instance);
    expect(things.runs).toHaveLength(1);
  });

  it('does not keep what was wrong with the request itself', async () => {
    expectProblem(await post(KEY, { ...cup, quantity: 0 }), 400, 'invalid_request');
    expect((await post(KEY, cup)).status).toBe(201);
  });

  it('lets one of many through at once, and tells the others it is running or gives them its answer', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(KEY, cup)));
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
    for (const answer of answers) if (answer.status !== 201) expectProblem(answer, 409, 'idempotency_in_progress');
    expect(things.runs).toHaveLength(1);
  });
});

describe('a fault under an Idempotency-Key', () => {
  it('is not kept: the retry runs at once, under the same ids', async () => {
    const idempotency = createMemoryIdempotency();
    const finish = idempotency.finish;
    let broken = true;
    const shaky = await startThings({
      idempotency: {
        ...idempotency,
        finish: (...answer) => (broken ? Promise.reject(new Error('store away')) : finish(...answer)),
      },
    });
    const ask = () =>
      shaky.call('POST', PATH, { token: tokenOf('customer'), body: cup, headers: { 'idempotency-key': KEY } });
    expectProblem(await ask(), 500, 'internal');
    broken = false;
    expect((await ask()).status).toBe(201);
    expect(shaky.runs).toHaveLength(2);
    expect(new Set(shaky.runs).size).toBe(1);
    await shaky.close();
  });
});
