import { expect, test } from 'vitest';
import { openOrder } from '../orders/order.ts';
import { paymentPage } from './checkout-page.ts';
import { rupees } from './rupees.ts';

const anOrder = (receipt: string) =>
  openOrder(
    {
      amount: 50_000,
      currency: 'INR',
      receipt,
      uniqueReceipt: false,
      notes: [],
      capture: { capture: 'automatic', manualExpiryMinutes: 7200 },
    },
    'order_00000000000000',
    0,
  );

test.each([
  [100, '₹1.00'],
  [50_000, '₹500.00'],
  [1_999, '₹19.99'],
  [435, '₹4.35'],
  [12_345_678, '₹1,23,456.78'],
  [Number.MAX_SAFE_INTEGER, '₹9,00,71,99,25,47,409.91'],
])('%i paise are %s', (paise, text) => {
  expect(rupees(paise)).toBe(text);
});

test('whatever a shop or a link says is text on the page', () => {
  const evil = `"><script>alert('x')</script>&`;
  const page = paymentPage({ merchant: evil, accountId: evil }, anOrder(evil), true, `http://127.0.0.1/?x=${evil}`);
  expect(page).not.toContain('<script>');
  expect(page).not.toContain(`"><`);
  expect(page).toContain('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;');
});
