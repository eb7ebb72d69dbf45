import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Order } from '../entities.ts';
import { BASIC, type Collection, type ErrorBody, startGateway, startPaidGateway } from '../gateway.fixture.ts';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Sends exactly these bytes on exactly this path: `fetch` would tidy both up. */
const sendRaw = (
  base: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | Uint8Array = '',
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

const JSON_HEADERS = { authorization: BASIC, 'content-type': 'application/json' };
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const STACK_TRACE = /\n\s+at |node_modules|RangeError|TypeError/;

const hostileBodies: [name: string, body: string | Uint8Array, headers?: Record<string, string>][] = [
  ['half an object', '{"amount":'],
  ['a bare word', 'amount'],
  ['JSON null', 'null'],
  ['an array', '[1]'],
  ['a megabyte', JSON.stringify({ amount: 100, currency: 'INR', receipt: 'r'.repeat(1_000_000) })],
  ['a gzip bomb', gzipSync(Buffer.alloc(20_000_000, ' ')), { 'content-encoding': 'gzip' }],
  ['an unknown encoding', '{}', { 'content-encoding': 'squeeze' }],
  ['a charset nobody has', '{}', { 'content-type': 'application/json; charset=utf-7' }],
  ['JSON that calls itself text', '{"amount":100,"currency":"INR"}', { 'content-type': 'text/plain' }],
  ['a form', 'amount=100&currency=INR', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['40,000 nested arrays as currency', `{"amount":100,"currency":${nested(40_000)}}`],
  ['40,000 nested arrays as a note', `{"amount":100,"currency":"INR","notes":{"k":${nested(40_000)}}}`],
  ['a currency that cannot be printed', '{"amount":100,"currency":{"toString":1}}'],
  ['an amount beyond all numbers', '{"amount":1e999,"currency":"INR"}'],
  ['an amount that would lose a paisa', '{"amount":9007199254740993,"currency":"INR"}'],
  ['prototype keys', '{"__proto__":{"amount":100},"constructor":{"prototype":{}},"currency":"INR"}'],
];

test.each(hostileBodies)(
  'hostile body: %s is a clear 4xx on every door that takes one',
  async (_name, body, headers) => {
    const { razorpay, paymentId, state } = await startPaidGateway();
    const before = await state();
    const doors = [
      '/v1/orders',
      `/v1/payments/${paymentId}/capture`,
      `/v1/payments/${paymentId}/refund`,
      '/_control/pay',
      '/_control/webhooks/replay',
      '/_control/faults',
      '/_control/refund',
    ];
    for (const door of doors) {
      const answer = await sendRaw(razorpay.url, 'POST', door, { ...JSON_HEADERS, ...headers }, body);
      expect(answer.status, door).toBeGreaterThanOrEqual(400);
      expect(answer.status, door).toBeLessThan(500);
      expect(JSON.parse(answer.text), door).toMatchObject({ error: { description: expect.any(String) } });
      expect(answer.text, door).not.toMatch(STACK_TRACE);
    }
    const after = await state();
    expect([after.orders, after.refunds]).toEqual([before.orders, before.refunds]);
  },
);

test('a refund body too deep to be compared with its repeat is refused, and its key stays free', async () => {
  const { razorpay, refund, paymentId } = await startPaidGateway();
  const headers = { ...JSON_HEADERS, 'x-refund-idempotency': 'rf_payment_0' };
  const body = `{"notes":${nested(40_000)}}`;
  const answer = await sendRaw(razorpay.url, 'POST', `/v1/payments/${paymentId}/refund`, headers, body);
  expect([answer.status, STACK_TRACE.test(answer.text)]).toEqual([400, false]);
  expect((await refund(paymentId, { amount: 20_000 }, 'rf_payment_0')).status).toBe(200);
});

test('hostile ids find nothing and reach no other route', async () => {
  const { razorpay, paymentId, order, state } = await startPaidGateway();
  const ids = [
    `order_x/../../payments/${paymentId}/refund?x=`,
    `order_x%2F..%2F..%2Fpayments%2F${paymentId}%2Frefund`,
    '..%2f..%2f_control%2freset',
    '%00',
    '%E0%A4%A',
    '__proto__',
    'constructor',
    "' OR 1=1 --",
    `${order.id}%20`,
    'x'.repeat(5000),
  ];
  for (const id of ids) {
    for (const [method, path] of [
      ['GET', `/v1/orders/${id}`],
      ['PATCH', `/v1/orders/${id}`],
      ['GET', `/v1/orders/${id}/payments`],
      ['POST', `/v1/payments/${id}/refund`],
      ['GET', `/_control/webhooks/${id}`],
    ] as const) {
      const answer = await sendRaw(
        razorpay.url,
        method,
        path.replaceAll(' ', '%20'),
        JSON_HEADERS,
        method === 'GET' ? '' : '{}',
      );
      expect([400, 404], `${method} ${path}`).toContain(answer.status);
      expect(answer.text).not.toMatch(STACK_TRACE);
    }
  }
  expect((await state()).refunds).toEqual([]);
});

test('hostile queries of a list are refused by name', async () => {
  const { call, order } = await startGateway();
  await order();
  for (const query of [
    'count=1&count=2',
    'count=-1',
    'count=1e2',
    'skip=x',
    '__proto__=1',
    'from[$gt]=0',
    'receipt=a&receipt=b',
  ]) {
    const reply = await call<ErrorBody>('GET', `/v1/orders?${query}`);
    expect([query, reply.status]).toEqual([query, 400]);
  }
  expect((await call<Collection<Order>>('GET', '/v1/orders?constructor')).status).toBe(400);
});

test('a note called __proto__ is a note like any other', async () => {
  const { razorpay, get } = await startGateway();
  const body = '{"amount":100,"currency":"INR","notes":{"__proto__":"kept","constructor":"too"}}';
  const made = await sendRaw(razorpay.url, 'POST', '/v1/orders', JSON_HEADERS, body);
  expect(made.status).toBe(200);
  const { id } = JSON.parse(made.text);
  expect(JSON.stringify(await get(`/v1/orders/${id}`))).toContain('"notes":{"__proto__":"kept","constructor":"too"}');
});

test('receipts that differ after a NUL, or only in half a character, are two receipts or refused, never one order', async () => {
  const { call, state } = await startGateway();
  for (const receipt of ['a\u0000b', 'a\u0000c', '\ud800', '\udfff']) {
    const body = { amount: 100, currency: 'INR', receipt, unique_receipt: true };
    const reply = await call<Order>('POST', '/v1/orders', body);
    if (reply.status === 200) expect(reply.body.receipt).toBe(receipt);
    else expect(reply.status).toBe(400);
  }
  const receipts = (await state()).orders.map(({ receipt }) => receipt);
  expect(new Set(receipts).size).toBe(receipts.length);
});

test.each([
  ['a foreign host name', { host: 'evil.example' }],
  ['a host name that ends like ours', { host: 'evil-localhost:80' }],
  ['a host name that begins like ours', { host: '127.0.0.1.evil.example' }],
  ['a foreign page', { origin: 'https://evil.example' }],
  ['a page without an origin', { origin: 'null' }],
])('%s changes nothing at the controls', async (_name, headers) => {
  const { razorpay, order, state } = await startPaidGateway();
  for (const [method, path] of [
    ['POST', '/_control/reset'],
    ['POST', '/_control/refund'],
    ['POST', '/_control/refunds'],
    ['POST', '/_control/webhooks/replay'],
    ['GET', '/_control/webhooks'],
    ['GET', '/_control/state'],
  ] as const) {
    const answer = await sendRaw(
      razorpay.url,
      method,
      path,
      { ...headers, 'content-type': 'application/json' },
      method === 'GET' ? '' : '{}',
    );
    expect([path, answer.status]).toEqual([path, 403]);
    expect(answer.text).not.toContain(order.id);
  }
  expect((await state()).orders).toMatchObject([{ id: order.id, status: 'paid' }]);
});
