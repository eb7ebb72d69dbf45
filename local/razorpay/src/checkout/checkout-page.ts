import type { Order, Payment } from '../entities.ts';
import type { CheckoutTriple } from '../signature.ts';
import { type Html, html, NOTHING } from './html.ts';
import { rupees } from './rupees.ts';

/** What the buttons of the page do. */
export const CHECKOUT_WAYS = ['pay', 'fail', 'late', 'vanish'] as const;
export type CheckoutWay = (typeof CHECKOUT_WAYS)[number];

export const CHECKOUT_METHODS = ['upi', 'card', 'netbanking'] as const;
const METHOD_NAMES: Readonly<Record<(typeof CHECKOUT_METHODS)[number], string>> = {
  upi: 'UPI',
  card: 'Card',
  netbanking: 'Netbanking',
};

interface Shop {
  readonly merchant: string;
  readonly accountId: string;
}

/** The page on which a person pays an order, or sees why it cannot be paid. */
export const paymentPage = (shop: Shop, order: Order, payable: boolean, callbackUrl: string | undefined): string =>
  page(
    `Pay ${rupees(order.amount)} to ${shop.merchant}`,
    html`<h1>Pay ${shop.merchant}</h1>
<p class="amount">${rupees(order.amount)}</p>
${factsOf(shop, order)}
${payable ? paymentForm(order, callbackUrl) : html`<p role="status">${whyNotPayable(order)}</p>`}`,
  );

/** The money moved: the payment goes back to the shop by a form, as the real page sends it, or is shown. */
export const paidPage = (
  shop: Shop,
  order: Order,
  payment: Payment,
  triple: CheckoutTriple,
  callbackUrl: string | undefined,
): string =>
  page(
    `Paid ${rupees(payment.amount)}`,
    html`<h1>Paid</h1>
<p role="status">${rupees(payment.amount)} went to ${shop.merchant}. The payment is ${payment.status}.</p>
<dl><dt>Order</dt><dd>${order.id}</dd><dt>Payment</dt><dd>${payment.id}</dd>${
      callbackUrl === undefined ? html`<dt>Signature</dt><dd>${triple.razorpay_signature}</dd>` : NOTHING
    }</dl>
${
  callbackUrl === undefined
    ? html`<p class="note">No shop waits behind this page: nothing was handed back. The webhook tells it all the same.</p>`
    : handBackForm(callbackUrl, { ...triple }, 'by itself')
}`,
    callbackUrl === undefined ? NOTHING : html`<script src="/checkout/hand-back.js" defer></script>`,
  );

/** The bank said no, or says nothing yet. The order stays open: the same page pays it. */
export const failedPage = (
  shop: Shop,
  order: Order,
  payment: Payment,
  late: boolean,
  callbackUrl: string | undefined,
): string =>
  page(
    'Not paid',
    html`<h1>Not paid</h1>
<p role="status">${
      late
        ? 'The bank has not answered in time, so the payment counts as failed. Its yes comes later, when nobody waits for it any more.'
        : `The bank said no. ${shop.merchant} got nothing.`
    }</p>
<dl><dt>Order</dt><dd>${order.id}</dd><dt>Payment</dt><dd>${payment.id}</dd></dl>
<p><a class="button" href="${pathOf(order, callbackUrl)}">Try again</a></p>
${callbackUrl === undefined ? NOTHING : handBackForm(callbackUrl, errorFields(payment), 'by hand')}`,
  );

/** The money moved and nobody is told: what a closed tab leaves behind. */
export const vanishedPage = (shop: Shop, order: Order, payment: Payment): string =>
  page(
    'Paid, and gone',
    html`<h1>Paid, and gone</h1>
<p role="status">${rupees(payment.amount)} went to ${shop.merchant}, and nothing was handed back. Close this tab: only the webhook, or a look at the gateway, tells the shop.</p>
<dl><dt>Order</dt><dd>${order.id}</dd><dt>Payment</dt><dd>${payment.id}</dd></dl>`,
  );

/** A refusal a person can read. */
export const refusalPage = (title: string, text: string): string =>
  page(
    title,
    html`<h1>${title}</h1>
<p role="alert">${text}</p>`,
  );

const page = (title: string, content: Html, script: Html = NOTHING): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/checkout/page.css">
${script}
</head>
<body>
<main>
<p class="banner">A fake Razorpay: no money moves.</p>
${content}
</main>
</body>
</html>
`.markup;

const factsOf = ({ merchant, accountId }: Shop, order: Order): Html =>
  html`<dl><dt>To</dt><dd>${merchant} (${accountId})</dd><dt>Order</dt><dd>${order.id}</dd>${
    order.receipt === null ? NOTHING : html`<dt>Receipt</dt><dd>${order.receipt}</dd>`
  }<dt>Status</dt><dd>${order.status}, tries: ${order.attempts}</dd></dl>`;

const paymentForm = (order: Order, callbackUrl: string | undefined): Html =>
  html`<form method="post" action="/checkout/${order.id}">
${callbackUrl === undefined ? NOTHING : hidden('callback_url', callbackUrl)}
<fieldset>
<legend>Pay with</legend>
${CHECKOUT_METHODS.map(
  (method, index) =>
    html`<label><input type="radio" name="method" value="${method}" ${index === 0 ? html`checked` : NOTHING}>${METHOD_NAMES[method]}</label>
`,
)}</fieldset>
<button class="deed" name="way" value="pay">Pay ${rupees(order.amount)}</button>
<h2>Or see what else can happen</h2>
<button name="way" value="fail">Let the payment fail</button>
<button name="way" value="late">Pay, but the bank answers late</button>
<button name="way" value="vanish">Pay and close the tab</button>
</form>`;

const whyNotPayable = (order: Order): string =>
  order.status === 'paid'
    ? 'This order is paid. It takes no further payment.'
    : 'A payment of this order is authorized and waits for its capture. No other is taken meanwhile.';

const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">
`;

const handBackForm = (
  callbackUrl: string,
  fields: Readonly<Record<string, string>>,
  how: 'by itself' | 'by hand',
): Html =>
  html`<form method="post" action="${callbackUrl}" ${how === 'by itself' ? html`data-hand-back` : NOTHING}>
${Object.entries(fields).map(([name, value]) => hidden(name, value))}<button class="${how === 'by itself' ? 'deed' : ''}">Back to the shop</button>
</form>`;

/** A failed payment as the real page posts it to a callback. */
const errorFields = (payment: Payment): Record<string, string> => ({
  'error[code]': payment.error_code ?? '',
  'error[description]': payment.error_description ?? '',
  'error[source]': payment.error_source ?? '',
  'error[step]': payment.error_step ?? '',
  'error[reason]': payment.error_reason ?? '',
  'error[metadata]': JSON.stringify({ payment_id: payment.id, order_id: payment.order_id }),
});

const pathOf = (order: Order, callbackUrl: string | undefined): string =>
  `/checkout/${order.id}${callbackUrl === undefined ? '' : `?callback_url=${encodeURIComponent(callbackUrl)}`}`;
