import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import type { Order, Payment } from '../entities.ts';
import { type Collection, eventually, KEY_SECRET, startGateway } from '../gateway.fixture.ts';

const SHOP = 'http://127.0.0.1:4004/paid?cart=7';

/** What a browser sends when somebody presses a button of the page. */
const press = (url: string, orderId: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${url}/checkout/${orderId}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });

/** The hidden fields and the address of the form that goes back to the shop. */
const handedBack = (page: string) => {
  const form = /<form method="post" action="([^"]+)"[^>]*>(.*?)<\/form>/s.exec(page);
  const fields = [...(form?.[2] ?? '').matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  return {
    action: form?.[1]?.replaceAll('&amp;', '&'),
    fields: Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value.replaceAll('&quot;', '"')])),
  };
};

const startCheckout = async (options: Parameters<typeof startGateway>[0] = {}) => {
  const gateway = await startGateway(options);
  const order = await gateway.order({ receipt: 'app-order-1' });
  const url = gateway.razorpay.url;
  const look = (query = '', id = order.id) => fetch(`${url}/checkout/${id}${query}`);
  const payments = async () => (await gateway.get<Collection<Payment>>(`/v1/orders/${order.id}/payments`)).items;
  return { ...gateway, url, unpaid: order, look, payments };
};

test('the page says what is paid, to whom and for which order, and looking pays nothing', async () => {
  const { look, unpaid, payments, state } = await startCheckout({ merchantName: 'Dosa & Co' });
  const reply = await look();
  const page = await reply.text();
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  for (const said of [
    '₹500.00',
    'Dosa &amp; Co',
    (await state()).accountId,
    unpaid.id,
    'app-order-1',
    'no money moves',
  ]) {
    expect(page).toContain(said);
  }
  for (const landmark of ['<html lang="en">', '<main>', '<h1>', '<legend>Pay with</legend>', 'name="viewport"']) {
    expect(page).toContain(landmark);
  }
  expect(await payments()).toEqual([]);
});

test('the page runs and loads nothing but its own files, is framed by nobody and kept by no browser', async () => {
  const { look, url } = await startCheckout({ allowedOrigins: ['https://shop.example'] });
  const { headers } = await look();
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("form-action 'self' http://127.0.0.1:* http://localhost:* https://shop.example;");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('cache-control')).toBe('no-store');
  expect((await fetch(`${url}/checkout/page.css`)).headers.get('content-type')).toContain('text/css');
  expect((await fetch(`${url}/checkout/hand-back.js`)).headers.get('content-type')).toContain('text/javascript');
});

test.each(['upi', 'card', 'netbanking'])('paying by %s hands the signed triple back to the shop', async (method) => {
  const { url, unpaid, payments, get } = await startCheckout();
  const page = await (await press(url, unpaid.id, { way: 'pay', method, callback_url: SHOP })).text();
  const [payment] = await payments();
  expect(payment).toMatchObject({ method, status: 'captured' });
  const { action, fields } = handedBack(page);
  expect(action).toBe(SHOP);
  expect(fields).toEqual({
    razorpay_payment_id: payment?.id,
    razorpay_order_id: unpaid.id,
    razorpay_signature: createHmac('sha256', KEY_SECRET).update(`${unpaid.id}|${payment?.id}`).digest('hex'),
  });
  expect(page).toContain('/checkout/hand-back.js');
  expect(await get<Order>(`/v1/orders/${unpaid.id}`)).toMatchObject({ status: 'paid' });
});

test('without a callback_url the payment and its signature are shown to the person', async () => {
  const { url, unpaid, payments } = await startCheckout();
  const page = await (await press(url, unpaid.id, { way: 'pay' })).text();
  const [payment] = await payments();
  expect(page).toContain(payment?.id);
  expect(page).toContain('captured');
  expect(page).toMatch(/<dd>[0-9a-f]{64}<\/dd>/);
  expect(page).not.toContain('<form');
});

test('ORD-03 a payment that fails leaves the order open, hands the error back, and the next try pays it', async () => {
  const { url, unpaid, payments, get } = await startCheckout();
  const page = await (await press(url, unpaid.id, { way: 'fail', callback_url: SHOP })).text();
  const [failed] = await payments();
  expect(failed?.status).toBe('failed');
  expect(page).toContain(`href="/checkout/${unpaid.id}?callback_url=${encodeURIComponent(SHOP)}"`);
  expect(page).not.toContain('razorpay_signature');
  const { action, fields } = handedBack(page);
  expect([action, fields['error[reason]']]).toEqual([SHOP, 'payment_failed']);
  expect(JSON.parse(fields['error[metadata]'] ?? '')).toEqual({ payment_id: failed?.id, order_id: unpaid.id });
  await press(url, unpaid.id, { way: 'pay' });
  expect(await get<Order>(`/v1/orders/${unpaid.id}`)).toMatchObject({ status: 'paid', attempts: 2 });
});

test('BP-06 a late payment counts as failed on the page, and is captured when the bank answers', async () => {
  const { url, unpaid, payments } = await startCheckout({ timings: { lateAuthorisationMs: 30 } });
  const page = await (await press(url, unpaid.id, { way: 'late', callback_url: SHOP })).text();
  expect(page).toContain('comes later');
  expect(page).not.toContain('razorpay_signature');
  await eventually(async () => expect(await payments()).toMatchObject([{ status: 'captured', late_authorized: true }]));
});

test('BP-01 pay and close the tab: the money moves, nothing is handed back, and the webhooks tell', async () => {
  const { url, unpaid, payments, receiver } = await startCheckout();
  const page = await (await press(url, unpaid.id, { way: 'vanish', callback_url: SHOP })).text();
  expect(page).not.toMatch(/<form|<script|razorpay_signature|[0-9a-f]{64}/);
  expect(await payments()).toMatchObject([{ status: 'captured' }]);
  await eventually(() => expect(receiver.names()).toContain('order.paid'));
});

test('BP-08 the answer to a payment is lost: its order shows the payment, and takes no second one', async () => {
  const { url, unpaid, payments, control, look } = await startCheckout();
  await control('faults', { route: 'POST /checkout/:id', kind: 'hang-up-after' });
  await expect(press(url, unpaid.id, { way: 'pay' })).rejects.toThrow();
  expect(await payments()).toMatchObject([{ status: 'captured' }]);
  const again = await press(url, unpaid.id, { way: 'pay' });
  expect(again.status).toBe(409);
  expect(await again.text()).toContain('Paid already');
  expect(await payments()).toHaveLength(1);
  expect(await (await look()).text()).not.toContain('<form');
});

test('ORD-07 a paid order, and one whose payment waits for its capture, show no way to pay', async () => {
  const { look, pay, order } = await startCheckout();
  const [paid, waiting] = [await order(), await order({ payment: { capture: 'manual' } })];
  await pay(paid.id);
  await pay(waiting.id);
  for (const [id, words] of [
    [paid.id, 'This order is paid'],
    [waiting.id, 'waits for its capture'],
  ] as const) {
    const page = await (await look('', id)).text();
    expect(page).toContain(words);
    expect(page).not.toContain('<form');
  }
});

test.each([
  ['a page elsewhere', { origin: 'https://evil.example' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:4003' }],
  ['a page without an origin', { origin: 'null' }],
  ['a frame of another site', { 'sec-fetch-site': 'cross-site' }],
  ['another site of the same machine', { 'sec-fetch-site': 'same-site' }],
])('%s cannot pay', async (_name, headers) => {
  const { url, unpaid, payments } = await startCheckout({ allowedOrigins: ['http://127.0.0.1:4003'] });
  const reply = await press(url, unpaid.id, { way: 'pay' }, headers);
  expect(reply.status).toBe(403);
  expect(await reply.text()).toContain('Nothing was paid');
  expect(await payments()).toEqual([]);
});

/** Sends what `fetch` would not: a foreign Host, no Origin, a path as it stands. */
const raw = (url: string, method: string, path: string, headers: Record<string, string>, body = '') =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end(body);
  });

test('a foreign host name, also one with a fitting origin, and a form without an origin get a page and pay nothing', async () => {
  const { url, unpaid, payments } = await startCheckout();
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const [method, headers] of [
    ['GET', { host: 'evil.example' }],
    ['POST', { ...form, host: 'evil.example', origin: 'http://evil.example' }],
    ['POST', form],
  ] as const) {
    const answer = await raw(url, method, `/checkout/${unpaid.id}`, headers, method === 'POST' ? 'way=pay' : '');
    expect([answer.status, answer.text.includes('<h1>')]).toEqual([403, true]);
  }
  expect(await payments()).toEqual([]);
});

test('hostile forms, ids and addresses get a page that says so, and pay nothing', async () => {
  const { url, unpaid, payments } = await startCheckout();
  const form = { origin: url, 'content-type': 'application/x-www-form-urlencoded' };
  const post = (body: string, headers: Record<string, string> = form) =>
    raw(url, 'POST', `/checkout/${unpaid.id}`, headers, body);
  const answers = [
    await post('way=steal'),
    await post('way=pay&way=pay'),
    await post('way=pay&amount=100'),
    await post('way=pay&constructor=x'),
    await post('way=pay&method=wallet'),
    await post(`way=pay&callback_url=${encodeURIComponent('https://evil.example/')}`),
    await post(`way=pay&callback_url=${'x'.repeat(9000)}`),
    await post('{"way":"pay"}', { ...form, 'content-type': 'application/json' }),
    await post(''),
    ...(await Promise.all(
      [
        '?callback_url=https://evil.example',
        '?callback_url=javascript:alert(1)',
        '?callback_url=http://127.0.0.1&callback_url=x',
      ].map((query) => raw(url, 'GET', `/checkout/${unpaid.id}${query}`, {})),
    )),
    ...(await Promise.all(
      ['order_x', 'order_x%2F..%2Freset', '%00', '%E0%A4%A', '<script>', '__proto__', 'a/b'].map((id) =>
        raw(url, 'GET', `/checkout/${id}`, {}),
      ),
    )),
    await raw(url, 'POST', '/checkout/order_00000000000000', form, 'way=pay'),
    await raw(url, 'DELETE', `/checkout/${unpaid.id}`, form),
  ];
  for (const { status, text } of answers) {
    expect([400, 404, 409, 413]).toContain(status);
    expect(text).toContain('role="alert"');
    expect(text).not.toMatch(/<script>|\n\s+at |TypeError/);
  }
  expect(await payments()).toEqual([]);
});

test('BP-02, BP-37 of both signatures, one changed character is no signature any more', async () => {
  const { receiver, order, pay } = await startGateway();
  const { id } = await order();
  const { body } = await pay(id);
  await eventually(() => expect(receiver.received.length).toBeGreaterThan(0));
  const [webhook] = receiver.received;
  const given = String(webhook?.headers['x-razorpay-signature']);
  const hmac = (secret: string, text: string | Uint8Array) => createHmac('sha256', secret).update(text).digest('hex');
  expect(hmac('the webhook secret', webhook?.raw ?? '')).toBe(given);
  expect(hmac('the webhook secret', webhook?.raw.toString('utf8').replace('captured', 'Captured') ?? '')).not.toBe(
    given,
  );
  expect(hmac(KEY_SECRET, webhook?.raw ?? '')).not.toBe(given);
  const text = `${id}|${body.razorpay_payment_id}`;
  expect(hmac(KEY_SECRET, text)).toBe(body.razorpay_signature);
  expect(hmac(KEY_SECRET, text.replace('order_', 'Order_'))).not.toBe(body.razorpay_signature);
  expect(hmac('the webhook secret', text)).not.toBe(body.razorpay_signature);
});
