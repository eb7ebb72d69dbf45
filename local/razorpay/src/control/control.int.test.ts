import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { Order } from '../entities.ts';
import { type ErrorBody, eventually, startGateway, startPaidGateway } from '../gateway.fixture.ts';

test('each fault replaces the answer as often as asked, and nothing happened', async () => {
  const { call, control, state } = await startGateway();
  const create = () => call<ErrorBody>('POST', '/v1/orders', { amount: 100, currency: 'INR' });
  const fault = (kind: string, times = 1) => control('faults', { route: 'POST /v1/orders', kind, times });

  await fault('500', 2);
  for (const _ of [1, 2]) {
    const reply = await create();
    expect(reply.status).toBe(500);
    expect(reply.body.error.code).toBe('SERVER_ERROR');
  }
  await fault('502-html');
  const bad = await create();
  expect(bad.status).toBe(502);
  expect(bad.headers.get('content-type')).toContain('text/html');
  await fault('429');
  expect((await create()).status).toBe(429);
  await fault('hang-up');
  await expect(create()).rejects.toThrow();
  await fault('redirect');
  const redirect = await create();
  expect(redirect.status).toBe(302);

  expect((await state()).orders).toEqual([]);
  expect((await create()).status).toBe(200);
  expect((await state()).redirectsFollowed).toBe(0);
  await call('POST', redirect.headers.get('location') ?? '');
  expect((await state()).redirectsFollowed).toBe(1);
});

test('a stalled request is done late, even though its client has gone', async () => {
  const { razorpay, control, state } = await startGateway();
  await control('faults', { route: '*', kind: 'stall', stallMs: 500 });
  const body = JSON.stringify({ amount: 100, currency: 'INR' });
  const authorization = `Basic ${Buffer.from('rzp_test_key:the key secret').toString('base64')}`;
  await expect(
    fetch(`${razorpay.url}/v1/orders`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(50),
    }),
  ).rejects.toThrow();
  expect((await state()).orders).toEqual([]);
  await eventually(async () => expect((await state()).orders).toHaveLength(1));
});

test('a stall does not keep the gateway from closing', async () => {
  const { razorpay, call, control, state } = await startGateway();
  await control('faults', { route: '*', kind: 'stall' });
  const stalled = call('GET', '/v1/orders').catch((failure: unknown) => failure);
  await eventually(async () => expect((await state()).faults).toEqual([]));
  await razorpay.close();
  expect(await stalled).toBeInstanceOf(Error);
});

test('a fault on a route that does not exist is refused with the routes that do', async () => {
  const { control } = await startGateway();
  const reply = await control<ErrorBody>('faults', { route: 'POST /v1/order', kind: '500' });
  expect(reply.status).toBe(400);
  expect(reply.body.error.description).toContain('POST /v1/payments/:id/refund');
});

test('reset forgets everything: entities, webhooks, switches, faults', async () => {
  const { call, control, state, pay, receiver } = await startPaidGateway();
  await eventually(() => expect(receiver.received).toHaveLength(3));
  await control('webhooks', { deliver: false, duplicate: 3 });
  await control('faults', { route: '*', kind: '500' });
  expect((await control('reset')).status).toBe(200);
  expect(await state()).toMatchObject({
    orders: [],
    payments: [],
    refunds: [],
    faults: [],
    webhooks: { events: [], switches: { deliver: true, duplicate: 0 } },
  });
  const { body } = await call<Order>('POST', '/v1/orders', { amount: 100, currency: 'INR' });
  await pay(body.id, { outcome: 'failed' });
  await eventually(() => expect(receiver.names()[3]).toBe('payment.failed'));
});

test('the controls answer on a loopback name only', async () => {
  const { razorpay } = await startGateway();
  const status = await new Promise((resolve, reject) => {
    request(`${razorpay.url}/_control/state`, { headers: { host: 'evil.example:80' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test('livez answers without credentials', async () => {
  const { razorpay } = await startGateway();
  expect((await fetch(`${razorpay.url}/livez`)).status).toBe(200);
});

const CONSOLE = 'http://127.0.0.1:4003';

test('a page of the console may use the controls, also after asking first', async () => {
  const { razorpay } = await startGateway({ allowedOrigins: [CONSOLE] });
  const asked = await fetch(`${razorpay.url}/_control/pay`, {
    method: 'OPTIONS',
    headers: { origin: CONSOLE, 'access-control-request-method': 'POST' },
  });
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-methods')).toBe('GET, POST');
  for (const path of ['/_control/state', '/livez']) {
    const reply = await fetch(`${razorpay.url}${path}`, { headers: { origin: CONSOLE } });
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([200, CONSOLE]);
  }
});

test('a page of anywhere else may use none of them', async () => {
  const { razorpay, order, state } = await startPaidGateway({ allowedOrigins: [CONSOLE] });
  const headers = { origin: 'https://evil.example' };
  const reply = await fetch(`${razorpay.url}/_control/reset`, { method: 'POST', headers });
  expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  expect((await state()).orders).toMatchObject([{ id: order.id }]);
  const real = await fetch(`${razorpay.url}/v1/orders`, { headers: { origin: CONSOLE } });
  expect([real.status, real.headers.get('access-control-allow-origin')]).toEqual([401, null]);
});
