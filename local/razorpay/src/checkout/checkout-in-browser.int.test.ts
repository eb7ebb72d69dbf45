import { createServer } from 'node:http';
import { openBrowser } from '@tiffin/testing/browser';
import { expect, onTestFinished, test } from 'vitest';
import { eventually, startGateway } from '../gateway.fixture.ts';

/** A shop that takes the payment back and sends its customer on, as a shop does. */
const startShop = async () => {
  const received: { body: string; origin: string | undefined }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      if (request.method === 'POST') {
        received.push({ body, origin: request.headers.origin });
        response.writeHead(303, { location: '/thanks' }).end();
      } else {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<link rel="icon" href="data:,"><h1>Thanks</h1>');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the shop has no port');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${address.port}`, received };
};

test('with the keyboard alone, on a small dark screen, a person fails, tries again, pays, and is back at the shop', async () => {
  const shop = await startShop();
  const { razorpay, order, get } = await startGateway();
  const { id } = await order({ receipt: 'r'.repeat(40) });
  const { page, faults, close } = await openBrowser({ width: 360, height: 640 });
  onTestFinished(close);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${razorpay.url}/checkout/${id}?callback_url=${encodeURIComponent(`${shop.url}/paid`)}`);

  const looks = await page.evaluate(`({
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    ground: getComputedStyle(document.body).backgroundColor,
    tall: [...document.querySelectorAll('button')].map((button) => button.offsetHeight >= 44),
  })`);
  expect(looks).toEqual({ overflow: 0, ground: 'rgb(16, 20, 24)', tall: [true, true, true, true] });
  expect(await page.getByRole('group', { name: 'Pay with' }).getByRole('radio').count()).toBe(3);

  await page.getByRole('radio', { name: 'UPI' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('button', { name: 'Let the payment fail' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('status').waitFor();
  expect(await page.getByRole('status').textContent()).toContain('The bank said no');
  await page.getByRole('link', { name: 'Try again' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Pay ₹500.00' }).focus();
  await page.keyboard.press('Enter');

  await page.getByRole('heading', { name: 'Thanks' }).waitFor();
  await eventually(() => expect(shop.received).toHaveLength(1));
  const handed = new URLSearchParams(shop.received[0]?.body);
  expect([...handed.keys()]).toEqual(['razorpay_payment_id', 'razorpay_order_id', 'razorpay_signature']);
  expect(shop.received[0]?.origin).toBe(razorpay.url);
  expect(await get(`/v1/orders/${id}/payments`)).toMatchObject({
    items: [
      { status: 'captured', id: handed.get('razorpay_payment_id') },
      { status: 'failed', method: 'card' },
    ],
  });
  expect(faults()).toEqual([]);

  // A page elsewhere that posts the form itself.
  const { id: other } = await order();
  await page.goto(`${shop.url}/thanks`);
  const forged = page.waitForResponse((response) => response.url() === `${razorpay.url}/checkout/${other}`);
  await page.setContent(
    `<form method="post" action="${razorpay.url}/checkout/${other}"><input name="way" value="pay"><button>Win</button></form>`,
  );
  await page.getByRole('button', { name: 'Win' }).click();
  expect((await forged).status()).toBe(403);
  expect(await get(`/v1/orders/${other}`)).toMatchObject({ status: 'created', attempts: 0 });
});
