import express, { type ErrorRequestHandler, Router } from 'express';
import { z } from 'zod';
import type { Order, Payment } from '../entities.ts';
import type { FaultPlan } from '../http/fault-plan.ts';
import { replaceAnswer } from '../http/serve-endpoint.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PaymentOutcome, takePayment } from '../payments/take-payment.ts';
import { checkoutTriple } from '../signature.ts';
import { readCallbackUrl } from './callback-url.ts';
import {
  CHECKOUT_METHODS,
  CHECKOUT_WAYS,
  type CheckoutWay,
  failedPage,
  paidPage,
  paymentPage,
  refusalPage,
  vanishedPage,
} from './checkout-page.ts';
import { loopbackPageOnly, ownPageOnly } from './own-page.ts';
import { HAND_BACK_SCRIPT, STYLE } from './page-files.ts';
import { pageHeaders, sendPage } from './send-page.ts';

/** The name under which faults are put on the page's form. */
export const CHECKOUT_ROUTE = 'POST /checkout/:id';

const choiceSchema = z.strictObject({
  way: z.enum(CHECKOUT_WAYS),
  method: z.enum(CHECKOUT_METHODS).default('upi'),
  callback_url: z.string().optional(),
});

const OUTCOMES: Readonly<Record<CheckoutWay, PaymentOutcome>> = {
  pay: 'captured',
  fail: 'failed',
  late: 'late',
  vanish: 'captured',
};

export interface Checkout {
  readonly ledger: Ledger;
  readonly pay: ReturnType<typeof takePayment>;
  readonly merchant: string;
  readonly accountId: string;
  readonly keySecret: string;
  readonly allowedOrigins: readonly string[];
  readonly faults: FaultPlan;
  readonly closing: AbortSignal;
}

/** `/checkout`: the page on which a person pays a gateway order in a browser. Looking changes nothing; only its own form pays. */
export const checkoutRoutes = ({ ledger, pay, keySecret, allowedOrigins, faults, closing, ...shop }: Checkout) => {
  const router = Router();
  const headers = pageHeaders(allowedOrigins);
  router.use((_request, response, next) => {
    response.set(headers);
    next();
  });
  router.use(loopbackPageOnly);
  router.get('/page.css', (_request, response) => {
    response.type('css').send(STYLE);
  });
  router.get('/hand-back.js', (_request, response) => {
    response.type('js').send(HAND_BACK_SCRIPT);
  });

  router.get('/:id', (request, response) => {
    const order = ledger.findOrder(request.params.id);
    if (order === undefined) return sendPage(response, 404, unknownOrder());
    const callback = readCallbackUrl(request.query.callback_url, allowedOrigins);
    if (callback.kind === 'refused') return sendPage(response, 400, foreignCallback());
    const callbackUrl = callback.kind === 'allowed' ? callback.href : undefined;
    sendPage(response, 200, paymentPage(shop, order, isPayable(order, ledger.paymentsOf(order.id)), callbackUrl));
  });

  router.post<{ id: string }>(
    '/:id',
    ownPageOnly,
    express.urlencoded({ extended: false, limit: '8kb' }),
    async (request, response) => {
      const fault = faults.take(CHECKOUT_ROUTE);
      if (fault !== undefined && (await replaceAnswer(fault, response, closing)) === 'replaced') return;
      const choice = choiceSchema.safeParse(request.body ?? {});
      if (!choice.success) return sendPage(response, 400, unreadableForm());
      const { way, method } = choice.data;
      const callback = readCallbackUrl(choice.data.callback_url, allowedOrigins);
      if (callback.kind === 'refused') return sendPage(response, 400, foreignCallback());

      const taken = pay({ orderId: request.params.id, method, outcome: OUTCOMES[way], force: false });
      if (fault?.kind === 'hang-up-after') return void response.destroy();
      const order = ledger.findOrder(request.params.id);
      if (order === undefined) return sendPage(response, 404, unknownOrder());
      // Also a reload of the page that said so.
      if (taken.kind === 'refused' && order.status === 'paid') return sendPage(response, 409, paidBefore());
      if (taken.kind === 'refused') return sendPage(response, 409, notTaken(taken.refusal.error.description));
      const callbackUrl = callback.kind === 'allowed' ? callback.href : undefined;
      sendPage(response, 200, answerTo(way, order, taken.value, callbackUrl));
    },
  );

  const answerTo = (way: CheckoutWay, order: Order, payment: Payment, callbackUrl: string | undefined): string => {
    switch (way) {
      case 'pay':
        return paidPage(shop, order, payment, checkoutTriple(keySecret, payment), callbackUrl);
      case 'fail':
      case 'late':
        return failedPage(shop, order, payment, way === 'late', callbackUrl);
      case 'vanish':
        return vanishedPage(shop, order, payment);
    }
  };

  router.use((_request, response) =>
    sendPage(response, 404, refusalPage('No such page', 'The checkout has no such page.')),
  );
  router.use(answerUnreadable);
  return router;
};

/** As the gateway decides: not once it is paid, nor while a payment of it waits for its capture. */
const isPayable = (order: Order, payments: readonly Payment[]): boolean =>
  order.status !== 'paid' && payments.every(({ status }) => status !== 'authorized');

const paidBefore = () =>
  refusalPage('Paid already', 'This order is paid, and it takes no further payment: nothing was paid a second time.');
const unknownOrder = () =>
  refusalPage(
    'No such order',
    'This gateway has no order of this name. Ask the shop for a new link; nothing was paid.',
  );
const foreignCallback = () =>
  refusalPage(
    'Not this address',
    'The shop’s callback_url must be on this machine, or of an origin in ALLOWED_ORIGINS. Nothing was paid.',
  );
const unreadableForm = () =>
  refusalPage('Not understood', 'This is not what the checkout’s form sends. Nothing was paid.');
const notTaken = (reason: string) => refusalPage('Not taken', `${reason} Nothing was paid this time.`);

/** What the form's parser or the path's decoder refused. A bug of ours goes on to the gateway's own answer. */
const answerUnreadable: ErrorRequestHandler = (fault: unknown, _request, response, next) => {
  const status = fault instanceof Error && 'status' in fault ? fault.status : undefined;
  if (typeof status !== 'number' || status >= 500 || response.headersSent) return next(fault);
  sendPage(response, status, unreadableForm());
};
